#pragma once

#include "twitch_sim/model/ids.hpp"
#include "twitch_sim/model/shard.hpp"
#include "twitch_sim/model/switches.hpp"

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
    // By shard id. A shard that never had a transport is not here.
    std::map<std::uint32_t, Shard> shards;
    bool was_bound = false;                  // some shard had a transport at some time
    TimePoint expires_at = conduitd::never;  // unless a shard is enabled before

    // Sets the transport of a shard; the last write wins. `id` is below `shard_count`.
    void bind(std::uint32_t id, Shard shard);

    // Shards with ids from `count` on get nothing any more; their sockets stay open.
    void resize(std::uint32_t count, Switches::Shrink shrink);

    // Among the shards of its range.
    [[nodiscard]] bool has_enabled_shard() const;
};

// A shard that left `enabled` by itself, not because a call pointed it elsewhere.
struct DisabledShard {
    std::string conduit_id;
    std::string client_id;
    std::uint32_t id;
    Shard shard;
};

class Conduits {
public:
    // `ids` outlives this. `limit`: how long a conduit lives without an enabled shard (72 hours:
    // conduit guide).
    Conduits(Ids& ids, Duration limit) : ids_(ids), limit_(limit) {}

    // Pointers and references live until the next create(), remove() or take_expired().
    Conduit& create(std::string_view client_id, std::uint32_t shard_count, TimePoint now);
    [[nodiscard]] Conduit* find(std::string_view id, std::string_view client_id);
    bool remove(std::string_view id, std::string_view client_id);

    [[nodiscard]] const std::vector<Conduit>& all() const { return conduits_; }  // oldest first
    [[nodiscard]] const Conduit* find(std::string_view id) const;                // whoever owns it
    [[nodiscard]] std::size_t count_of(std::string_view client_id) const;
    [[nodiscard]] bool is_bound(std::string_view session_id) const;

    // After every change of a conduit's shards or their number.
    void on_change(Conduit& conduit, TimePoint now) const;

    // Disables the shards that still point at a session which ended.
    void on_session_end(std::string_view session_id, ShardStatus status, WallTime at,
                        TimePoint now);

    // Each shard that became disabled since the last call, once.
    [[nodiscard]] bool has_disabled() const { return !disabled_.empty(); }
    [[nodiscard]] std::vector<DisabledShard> take_disabled();

    // When the next conduit expires, and removes those that have, answering their ids.
    [[nodiscard]] TimePoint deadline() const;
    [[nodiscard]] std::vector<std::string> take_expired(TimePoint now);

private:
    Ids& ids_;
    Duration limit_;
    std::vector<Conduit> conduits_;
    std::vector<DisabledShard> disabled_;
};

}  // namespace twitch_sim
