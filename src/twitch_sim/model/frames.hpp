#pragma once

#include "twitch_sim/model/ids.hpp"
#include "twitch_sim/model/model.hpp"

#include <string>
#include <string_view>

namespace twitch_sim {

// The text frames of the session itself: one compact JSON object each, keys in the order of
// captured frames, ids of UUID shape.

struct SessionFacts {
    std::string_view id;
    WallTime connected_at;
    Duration keepalive;  // told in whole seconds, at least one
};

[[nodiscard]] std::string make_welcome_frame(const SessionFacts& session, Ids& ids, WallTime at);
[[nodiscard]] std::string make_keepalive_frame(Ids& ids, WallTime at);
[[nodiscard]] std::string make_reconnect_frame(const SessionFacts& session,
                                               std::string_view reconnect_url, Ids& ids,
                                               WallTime at);

// A message of a type that no documentation knows, for clients to ignore.
[[nodiscard]] std::string make_unknown_frame(std::string_view message_type, Ids& ids, WallTime at);

// The same frame with `&`, `<` and `>` as they are.
[[nodiscard]] std::string with_plain_characters(std::string_view frame);

// The same frame with members that Twitch does not send (yet) in `metadata`, `payload` and at the
// top. `frame` is a notification as Delivery makes it.
[[nodiscard]] std::string with_extra_fields(std::string_view frame);

// Appends a JSON string, quotes included, as Twitch's encoder writes it: `&` as \u0026 (seen in
// captured frames), `<` and `>` as \u003c and \u003e (by the same habit), the rest unescaped UTF-8.
void append_wire_string(std::string& out, std::string_view text);
[[nodiscard]] std::string wire_string(std::string_view text);

}  // namespace twitch_sim
