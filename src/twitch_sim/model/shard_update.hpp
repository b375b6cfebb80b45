#pragma once

#include "twitch_sim/model/conduits.hpp"
#include "twitch_sim/model/sessions.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace twitch_sim {

// One entry of Update Conduit Shards that was refused.
struct ShardRefusal {
    std::string id;
    std::string message;
    std::string code;
};

// One entry that can be applied.
struct ShardBinding {
    std::uint32_t id;
    Shard shard;
};

// Reads one entry, which has an id: `{"id":"0","transport":{…}}`. A session that it names counts as
// used from now on (no 4003), whenever the shard is bound.
[[nodiscard]] std::variant<ShardBinding, ShardRefusal> read_shard_update(
    const boost::json::value& entry, const Conduit& conduit, Sessions& sessions,
    Switches::DeadSessionCode dead_session_code);

}  // namespace twitch_sim
