#pragma once

#include "twitch_sim/model/ids.hpp"
#include "twitch_sim/model/model.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twitch_sim {

// What became of a message.
enum class Fate : std::uint8_t {
    queued,   // given to the server half, not yet in the kernel
    sent,     // in the kernel
    lost,     // its socket ended, or was made deaf, before that
    dropped,  // no shard could take it
};

enum class LossReason : std::uint8_t {
    none,
    socket_ended,
    socket_reset,
    socket_stalled,
    socket_frozen,
    no_shard_enabled,
};

[[nodiscard]] std::string_view name_of(Fate fate);
[[nodiscard]] std::string_view name_of(LossReason reason);

// Position of a message in the ledger, from 0, never reused.
using LedgerIndex = std::uint64_t;

// Every notification the model made and its fate, so that a test can compare what a worker
// received with what was written to its sessions. It is the judge, so it knows nothing of workers.
class Ledger {
public:
    struct Message {
        MessageId id{};
        std::string_view type;  // a literal
        std::string_view conduit_id;
        std::string_view session_id;            // empty: dropped
        std::optional<std::uint32_t> shard_id;  // nullopt: dropped
        bool is_duplicate = false;              // an earlier message, sent again
        WallTime at{};
    };
    struct Totals {
        std::uint64_t queued = 0, sent = 0, lost = 0, dropped = 0;
        std::uint64_t duplicates = 0;  // of the above, those sent again; not in `sent`
        std::uint64_t forgotten = 0;   // entries that made room
    };

    // Remembers at most `entries_max` messages; the oldest make room. The totals go on counting.
    explicit Ledger(std::size_t entries_max = 1'000'000) : entries_max_(entries_max) {}

    LedgerIndex add(const Message& message);  // as queued
    void on_queued(LedgerIndex index);        // now it has its place in the order
    void on_sent(LedgerIndex index);
    void on_lost(LedgerIndex index, LossReason reason);
    void on_dropped(LedgerIndex index, LossReason reason);

    [[nodiscard]] const Totals& totals() const { return totals_; }

    // Calls `take(shard, at, reason)` for each message, duplicates left out, that was on its way to
    // a shard's session and is lost.
    template <class Take>
    void for_each_lost(Take take) const {
        for (const Entry& entry : entries_) {
            if (entry.fate != Fate::lost || entry.is_duplicate) continue;
            take(entry.shard, entry.at, entry.reason);
        }
    }

    // One id a line, of the messages sent, in the order in which they were given to the server
    // half, without duplicates. That is the order of each session's writes. It is not that of all
    // writes: while a shard moves, what waits for the old session's socket may be written behind
    // what was given to the new one later.
    [[nodiscard]] std::string sent_ids() const;

    // {"sent":…,"lost":…,"dropped":…,…,"entries":[…]}, oldest entry first.
    [[nodiscard]] std::string to_json() const;

private:
    struct Entry {
        MessageId id;
        std::uint32_t type, conduit, session;  // positions in `names_`
        std::uint32_t shard;                   // no_shard: none
        WallTime at;
        Fate fate;
        LossReason reason;
        bool is_duplicate;
    };
    static constexpr std::uint32_t no_shard = UINT32_MAX;

    void settle(LedgerIndex index, Fate fate, LossReason reason);
    Entry* find(LedgerIndex index);  // null when forgotten
    std::uint32_t intern(std::string_view name);
    void forget_oldest();

    std::size_t entries_max_;
    std::deque<Entry> entries_;
    LedgerIndex first_ = 0;  // index of entries_.front()
    std::deque<LedgerIndex> order_;
    // Entries share the text of their type, conduit and session.
    std::vector<std::string> names_;
    std::map<std::string, std::uint32_t, std::less<>> name_positions_;
    Totals totals_;
};

}  // namespace twitch_sim
