#pragma once

#include "base/error.hpp"
#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "worker/gap.hpp"

#include <optional>
#include <string>

namespace conduitd {

// When a worker of this name last had its shards, all of them and without a doubt, and what of that
// came into the spool: written down every few seconds, so that the next process can tell what may
// be missing since.
struct LastBound {
    enum class How {
        running,      // the process died after this was written
        stopped,      // by an order
        parked,       // likewise, and another worker was given the shards to keep
        standing_by,  // without a shard: nothing is missing that this worker was to bring
    };

    WallTime at{};
    How how{};
    std::string conduit_id;
    std::string shard_id;      // the setting: numbers, or `auto`
    ShardSet shards;           // those it had
    std::size_t fleet = 1;     // sessions of the conduit, as the latest listing had them
    std::string session_id{};  // that had them
};

class LastBoundFile {
public:
    LastBoundFile(const std::string& state_dir, const std::string& worker_name)
        : path_(state_dir + "/last-bound-" + worker_name + ".json") {}

    // Empty when there is none, or none that can be read.
    [[nodiscard]] std::optional<LastBound> load() const;
    [[nodiscard]] ErrorCode store(const LastBound& last) const;

private:
    std::string path_;
};

// So often it is written down.
inline constexpr std::chrono::seconds last_bound_interval{5};

// What may be missing since the process before, which had a shard: after a stop, since that;
// otherwise since the last message that was kept, as far as that is not long before the shard was
// last had: of those that came behind it nothing is known. `spooled_at` is when that message was
// received.
[[nodiscard]] Gap gap_since(const LastBound& last, std::optional<WallTime> spooled_at,
                            TimePoint now, WallTime wall_now);

}  // namespace conduitd
