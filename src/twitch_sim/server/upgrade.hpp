#pragma once

#include "twitch_sim/model/model.hpp"

#include <optional>
#include <string>
#include <string_view>

// The opening handshake of a WebSocket (RFC 6455, section 4.2), the server's side.
namespace twitch_sim {

// A GET with `Upgrade: websocket` at a path that ends in /ws, or at the root: reconnect URLs may
// have no path.
[[nodiscard]] bool is_upgrade(const HttpCall& call);

// The answer to a handshake that breaks RFC 6455, if it does.
[[nodiscard]] std::optional<HttpAnswer> find_handshake_fault(const HttpCall& call);

// The "101 Switching Protocols" that accepts a faultless handshake. No sub-protocol and no
// extension is taken up, whatever the client offers: Twitch is not known to negotiate
// permessage-deflate.
[[nodiscard]] std::string make_upgrade_head(const HttpCall& call);

}  // namespace twitch_sim
