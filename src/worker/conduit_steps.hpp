#pragma once

#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "worker/actions.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace conduitd {

// Where no shard is to be had: wait for one, make one, or end.
enum class WhenFull { wait, grow, exit };
// Where somebody else has claimed what was ours: wait for it, or end.
enum class WhenSuperseded { stand_by, exit };

struct ConduitWish {
    std::string id = {};            // empty: `auto`
    std::uint32_t shard_count = 1;  // of one that is created, and of one that is grown
    ShardSet shards{0};             // must be in the conduit's range; empty: any that is free
    std::optional<std::uint32_t> preferred = std::nullopt;  // of those
    WhenFull when_full = WhenFull::wait;                    // likewise
    std::uint32_t shard_max = 0;                            // to grow to, in that case
    WhenSuperseded when_superseded = WhenSuperseded::stand_by;
    bool may_grow = false;
    bool may_recreate = false;    // though the one that is remembered is gone
    std::string remembered = {};  // by `auto`, of the time before; empty: none
};

struct SearchOptions {
    // Between tries of what failed.
    Duration retry_min = std::chrono::seconds(1);
    Duration retry_max = std::chrono::seconds(30);
    // After creating one: what others create at the same time is listed by then.
    Duration settle = std::chrono::seconds(3);
    // One that was found and never used may be about to lose against another. Longer than
    // `settle`, so that who created it is the first to bind its shards.
    Duration settle_of_found = std::chrono::milliseconds(3500);
    // Several are listed anew so often and so long before they are refused.
    Duration several_period_min = std::chrono::milliseconds(1500);
    Duration several_period_jitter = std::chrono::seconds(1);
    Duration several_limit = std::chrono::seconds(10);
    // The number of shards is set to an absolute value, which rests on a listing this old at most.
    Duration growth_age_max = std::chrono::milliseconds(250);
};

// What the search asks for, each answered by on_answer() but for the last five.
struct ListConduits {};
struct CreateConduit {
    std::uint32_t shard_count;
};
struct GrowConduit {  // not to be sent later than growth_age_max from now, nor sent again
    std::string id;
    std::uint32_t shard_count;
};
struct DeleteConduit {
    std::string id;
};
struct ListShards {
    std::string conduit_id;
    std::string cursor;  // empty: the first page
};
struct AwaitHostLock {};  // answered by on_host_locked()
struct AwaitSession {};   // answered by on_session_ready()
struct SearchPause {      // on_deadline() follows at deadline()
    std::string why;
    bool is_trouble = true;  // else it is a part of the plan
};
struct ConduitFound {
    std::string id;
    std::uint32_t shard_count = 0;
    // Slots that this worker made, with the conduit or by growing it: to be bound to its own
    // session at once, its own or not, so that none is without a session until its owner comes.
    ShardSet fresh_shards = {};
    bool is_created = false;
    std::string gone = {};            // the remembered one that it replaces
    std::string growth_refusal = {};  // why it could not be grown; empty: it was, or need not be
};
struct CannotServe {
    ExitCode code;
    std::string why;  // one message: what was found, what is allowed, what to do
};
using SearchStep =
    std::variant<ListConduits, CreateConduit, GrowConduit, DeleteConduit, ListShards, AwaitHostLock,
                 AwaitSession, SearchPause, ConduitFound, CannotServe>;

}  // namespace conduitd
