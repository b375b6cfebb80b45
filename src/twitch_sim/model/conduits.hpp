#pragma once

#include "twitch_sim/model/ids.hpp"
#include "twitch_sim/model/shard.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twitch_sim {

struct Conduit {
    std::string id;
    std::string client_id;
    std::uint32_t shard_count = 0;
    // By shard id. A shard that never had a transport is not here, and not listed (observed).
    std::map<std::uint32_t, Shard> shards;
    bool was_bound = false;  // some shard had a transport at some time

    // Sets the transport of a shard; the last write wins. `id` is below `shard_count`.
    void bind(std::uint32_t id, Shard shard);

    // Removes the shards with ids from `count` on; their sockets stay open.
    void resize(std::uint32_t count);
};

class Conduits {
public:
    explicit Conduits(Ids& ids) : ids_(ids) {}  // `ids` outlives this

    // Pointers and references live until the next create() or remove().
    Conduit& create(std::string_view client_id, std::uint32_t shard_count);
    [[nodiscard]] Conduit* find(std::string_view id, std::string_view client_id);
    bool remove(std::string_view id, std::string_view client_id);

    [[nodiscard]] const std::vector<Conduit>& all() const { return conduits_; }  // oldest first
    [[nodiscard]] std::size_t count_of(std::string_view client_id) const;
    [[nodiscard]] bool is_bound(std::string_view session_id) const;

    // Disables the shards that still point at a session which ended.
    void on_session_end(std::string_view session_id, ShardStatus status, WallTime at);

private:
    Ids& ids_;
    std::vector<Conduit> conduits_;
};

}  // namespace twitch_sim
