#pragma once

#include "base/error.hpp"
#include "helix/http.hpp"

#include <string>
#include <string_view>

namespace conduitd {

// What an operator is told when no token can be had: what is wrong, and what to do about it. No
// token and no secret is ever part of it.

inline constexpr std::string_view given_token_is_refused =
    "the access token is refused: give a fresh TWITCH_ACCESS_TOKEN, or TWITCH_CLIENT_ID and "
    "TWITCH_CLIENT_SECRET so that conduitd fetches its own";
inline constexpr std::string_view given_token_is_foreign =
    "the access token belongs to another client id than the configured one: give a token of that "
    "client id, or leave TWITCH_ACCESS_TOKEN out";
inline constexpr std::string_view given_token_is_a_users =
    "the access token is a user's, but conduits need an app access token: leave "
    "TWITCH_ACCESS_TOKEN out and give TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET, so that conduitd "
    "fetches its own";
inline constexpr std::string_view cached_token_without_secret =
    "the stored access token is of no use any more, and there is no client secret to fetch "
    "another: give TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET";

// Is this answer to a token request a refusal of the credentials, which repeating does not help?
[[nodiscard]] bool is_refusal(const Result<HttpResponse>& answer);

// "Twitch refuses the client secret (403 invalid client secret): check TWITCH_CLIENT_SECRET".
// Precondition: is_refusal.
[[nodiscard]] std::string describe_refusal(const HttpResponse& answer);

}  // namespace conduitd
