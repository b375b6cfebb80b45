#pragma once

#include "base/time.hpp"
#include "helix/api.hpp"

#include <string>

namespace conduitd {

// What an operator may replace while the process runs: the files that secrets come from. One of the
// two is empty.
struct Credentials {
    std::string client_secret;
    std::string given_token;
};

struct HelixOptions {
    HelixEndpoints endpoints;
    std::string client_id;      // may be empty with a given token: its validation tells
    std::string client_secret;  // empty when only a token was given
    std::string given_token;    // TWITCH_ACCESS_TOKEN; never renewed. Empty: client credentials
    std::string cached_token;  // from the state folder; validated before use, replaced when refused
    // Others keep their token at the same place: before one is asked for, that place is locked and
    // looked into again, for they may have stored one meanwhile.
    bool is_cache_shared = false;

    Duration validate_period = std::chrono::hours(1);  // Twitch asks for it: at start and hourly
    Duration renew_margin =
        std::chrono::minutes(30);  // a new token is asked for this long before the end
    Duration retry_delay_min = std::chrono::milliseconds(250);
    Duration retry_delay_max = std::chrono::seconds(15);
    // Where a token that took the place of a refused one is refused as well, the next is asked for
    // with exponential backoff and full jitter: a client whose authorization is broken at Twitch
    // would otherwise ask for one with each call.
    Duration replace_delay_min = std::chrono::seconds(1);
    Duration replace_delay_max = std::chrono::minutes(1);
    // That goes for one which some calls take, too, if it is refused so soon: it may be that one
    // kind of call is refused with every token. Longer than the pauses between claims.
    Duration replace_stable_after = std::chrono::minutes(2);
};

}  // namespace conduitd
