#pragma once

#include "twitch_sim/model/conduits.hpp"
#include "twitch_sim/model/sessions.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace twitch_sim {

// One entry of Update Conduit Shards that was refused.
struct ShardRefusal {
    std::string id;
    std::string message;
};

// Applies one entry, which has an id: `{"id":"0","transport":{…}}`. Answers the shard as it now
// lists, or why it stays as it was.
[[nodiscard]] std::variant<boost::json::object, ShardRefusal> update_shard(
    const boost::json::value& entry, Conduit& conduit, Sessions& sessions);

}  // namespace twitch_sim
