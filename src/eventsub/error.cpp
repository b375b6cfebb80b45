#include "eventsub/error.hpp"

#include <string>

namespace conduitd {
namespace {

class EventsubCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "conduitd.eventsub"; }

    std::string message(int value) const override {
        switch (static_cast<EventsubError>(value)) {
            case EventsubError::malformed_frame:
                return "the frame is not an EventSub message";
            case EventsubError::frame_too_large:
                return "the frame is larger than 1 MiB";
            case EventsubError::message_before_welcome:
                return "a keepalive or reconnect order before the welcome";
            case EventsubError::unexpected_welcome:
                return "a second welcome on one session";
        }
        return "unknown error";
    }
};

}  // namespace

const boost::system::error_category& eventsub_category() {
    static const EventsubCategory category;
    return category;
}

ErrorCode make_error_code(EventsubError error) {
    return {static_cast<int>(error), eventsub_category()};
}

}  // namespace conduitd
