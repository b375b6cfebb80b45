#pragma once

#include "base/error.hpp"
#include "base/url.hpp"

#include <string>
#include <string_view>

namespace conduitd {

// May a `reconnect_url` be followed? A frame must not be able to send us, and with us the shard, to
// a stranger: only the scheme of the configured EventSub URL, and its host or a name under it
// (`cell-a.eventsub.wss.twitch.tv`, as seen on the real service) on the same port; where the
// configured host is a loopback one, any loopback host and port.
// Errors: errc::invalid_argument (no URL), errc::permission_denied (not to be followed).
[[nodiscard]] Result<Url> judge_reconnect_url(const Url& configured, std::string_view text);

// What the log shows of one that is not followed: where it leads, without the challenge.
[[nodiscard]] std::string shown_reconnect_url(std::string_view text);

}  // namespace conduitd
