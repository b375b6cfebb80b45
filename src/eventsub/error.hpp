#pragma once

#include "base/error.hpp"

#include <type_traits>

namespace conduitd {

enum class EventsubError {
    malformed_frame = 1,     // not an EventSub message; the frame is skipped, the session goes on
    frame_too_large,         // above frame_bytes_max; the session is given up
    message_before_welcome,  // neither welcome nor data came first; the frame is skipped
    unexpected_welcome,      // a second welcome on one session; the frame is skipped
};

const boost::system::error_category& eventsub_category();
ErrorCode make_error_code(EventsubError error);

}  // namespace conduitd

template <>
struct boost::system::is_error_code_enum<conduitd::EventsubError> : std::true_type {};
