#pragma once

#include "base/time.hpp"
#include "base/url.hpp"
#include "worker/actions.hpp"

#include <cstdint>
#include <string>

namespace conduitd {

// The move that Twitch ordered and that is not over: its URL is dialled again until plan B.
struct OrderedMove {
    TimePoint ordered_at;
    std::string url_text;
    Url url;
    std::string session_id;  // that of the session told to move
    bool has_plan_b = false;
    bool is_refused = false;  // the URL
    SessionKey dialed{};      // the latest dial of it
    std::uint32_t number{};   // of the URL
    unsigned orders = 1;      // with URLs of their own, each of which was dialled
    TimePoint dial_again_at = never;
};

// A session at a reconnect URL that was lost before its welcome: Twitch may have moved the
// shard's session there. Until the shard is known to be elsewhere.
struct LostDial {
    SessionKey key;
    std::uint32_t url_number;  // 0: of several
    std::string moved_id;      // of the session that may have been moved
    TimePoint since;           // if so, not before
};

}  // namespace conduitd
