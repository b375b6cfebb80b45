#pragma once

#include "base/error.hpp"

#include <type_traits>

namespace conduitd {

// Sorted by what the caller must do.
enum class HelixError {
    credentials_refused =
        1,  // client id or secret wrong, or a given token refused: only an operator helps
    wrong_token_kind,  // a user token was given; conduits need an app access token
    unauthorized,      // 401 again with a fresh token
    not_found,         // 404: the conduit does not exist or belongs to another client id
    invalid_request,   // 400, 403, 409, 422 …: repeating it is of no use
    limit_reached,     // 429 of the endpoint itself (a sixth conduit), with points left
    unavailable,       // 5xx, network, rate limit or a body that is not one: attempts used up
};

const boost::system::error_category& helix_category();
ErrorCode make_error_code(HelixError error);

}  // namespace conduitd

template <>
struct boost::system::is_error_code_enum<conduitd::HelixError> : std::true_type {};
