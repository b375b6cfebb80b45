#include "helix/error.hpp"

#include <string>

namespace conduitd {
namespace {

class HelixCategory final : public boost::system::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "helix"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<HelixError>(value)) {
            case HelixError::credentials_refused:
                return "Twitch refuses the credentials";
            case HelixError::wrong_token_kind:
                return "the access token is not an app access token";
            case HelixError::unauthorized:
                return "Twitch refuses a fresh access token";
            case HelixError::not_found:
                return "not found, or it belongs to another client id";
            case HelixError::invalid_request:
                return "Twitch refuses the request";
            case HelixError::limit_reached:
                return "a limit of Twitch's is reached";
            case HelixError::unavailable:
                return "Twitch cannot be reached or does not answer properly";
        }
        return "unknown helix error";
    }
};

}  // namespace

const boost::system::error_category& helix_category() {
    static const HelixCategory category;
    return category;
}

ErrorCode make_error_code(HelixError error) {
    return {static_cast<int>(error), helix_category()};
}

}  // namespace conduitd
