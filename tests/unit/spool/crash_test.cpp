// A crash at every byte of every write, and at every sync, rename, removal and truncation, of a
// workload that has all of the spool's doings in it: what the next start finds is judged by what
// the last one promised.

#include "spool/spool_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

namespace conduitd::test {
namespace {

using Kind = SimulatedDisk::Operation::Kind;

enum class Crash { kill, power_loss };

// What happened so far, as the world outside the spool knows it.
struct Ledger {
    std::map<std::uint64_t, std::string> frames;  // all that were appended
    std::uint64_t seen_end = 1;                   // sinks saw all before it
    std::uint64_t synced_end = 1;                 // a loss of power may take none before it
    bool is_attached = false;                     // the consumer has a cursor
    std::uint64_t acked = 0;
    std::uint64_t acked_saved = 0;
};

class CrashTest : public SpoolTest, public ::testing::WithParamInterface<SyncPolicy> {
protected:
    CrashTest() {
        options.sync = GetParam();
        options.segment_bytes = 400;
    }

    // Calls `judge` at each point of the workload at which a crash makes a difference.
    template <class Judge>
    void run_workload(Judge judge) {
        disk->on_operation = [judge](const SimulatedDisk::Operation& operation) {
            judge(0);
            if (operation.kind != Kind::write) return;
            for (std::size_t bytes = 1; bytes <= operation.bytes; ++bytes) judge(bytes);
        };
        open();
        ASSERT_TRUE(spool->attach("bot", {}, now));
        ledger.is_attached = true;
        for (int i = 0; i < 6; ++i) {
            // The first of them may wait unsynced when the second begins a segment.
            append_uncommitted(2);
            append_known(1 + i % 3);
            if (i % 2 == 1) ack_to(ledger.seen_end - 1);
            pass_and_note();
        }
        append_known(2);
        die_with_a_torn_tail();
        append_known(3);
        pass_and_note();
        ack_to(ledger.seen_end - 2);
        pass_and_note();
        ASSERT_FALSE(spool->close(now));
        if (options.sync != SyncPolicy::none) note_synced();
        spool.reset();
        open();
        append_known(1);
        pass_and_note();
        disk->on_operation = nullptr;
        judge(0);
    }

    void append_known(int count) {
        append_uncommitted(count);
        spool->commit(now);
        ledger.seen_end = spool->visible_end();
        if (options.sync == SyncPolicy::always) note_synced();
    }

    void append_uncommitted(int count) {
        auto batch = std::make_shared<RecordBatch>();
        auto sequence = spool->status().next_sequence;
        for (int i = 0; i < count; ++i, ++sequence) {
            const std::string frame = "#" + std::to_string(sequence);
            ledger.frames[sequence] = frame;
            batch->add(frame, now.wall, digest_of(sequence));
        }
        spool->append(std::move(batch), now);
        ledger.seen_end = spool->visible_end();
    }

    void ack_to(std::uint64_t sequence) {
        ledger.acked = sequence;
        ASSERT_FALSE(spool->ack("bot", sequence, now));
    }

    // Long enough for records and cursors to be on the disk.
    void pass_and_note() {
        pass(options.sync_interval);
        if (options.sync != SyncPolicy::none) note_synced();
    }

    void note_synced() {
        ledger.synced_end = ledger.seen_end;
        ledger.acked_saved = ledger.acked;
    }

    void die_with_a_torn_tail() {
        spool.reset();
        disk->content(segments().back()) += std::string(30, '\x05');
        open();
        ASSERT_TRUE(spool) << open_reason;
    }

    // Starts on what a crash left, and asks everything of it that was promised.
    void judge_start(std::unique_ptr<SimulatedDisk> left, Crash crash) const {
        Complaints said;
        const Log own_log(said, "spool");
        auto opening = Spool::open(*left, options, spool_id, now, own_log);
        ASSERT_TRUE(opening.spool) << opening.reason;
        Spool& started = *opening.spool;

        const auto next = started.status().next_sequence;
        if (!ledger.frames.empty()) {
            EXPECT_GT(next, ledger.frames.rbegin()->first) << "a sequence is given twice";
        }
        const auto acked = started.attach("bot", {}, now);
        ASSERT_TRUE(acked);
        const auto from = *acked + 1;
        if (ledger.is_attached) judge_cursor(*acked, crash);

        const auto kept_end = crash == Crash::kill ? ledger.seen_end : ledger.synced_end;
        judge_records(read_all(started, from), from, kept_end);
        judge_ids(started, kept_end);
        if (crash == Crash::kill) judge_no_false_alarm(said, read_all(started, from));
        judge_going_on(std::move(opening.spool), *left, from, next);
    }

    void judge_cursor(std::uint64_t acked, Crash crash) const {
        const bool is_cursor_kept = crash == Crash::kill || options.sync != SyncPolicy::none;
        if (!is_cursor_kept) return;
        EXPECT_LE(acked, ledger.acked) << "the cursor is ahead of its ack";
        EXPECT_GE(acked, ledger.acked_saved) << "an ack is forgotten";
    }

    void judge_records(const ReadAll& all, std::uint64_t from, std::uint64_t kept_end) const {
        const std::set<std::uint64_t> read(all.sequences.begin(), all.sequences.end());
        EXPECT_TRUE(std::is_sorted(all.sequences.begin(), all.sequences.end()));
        EXPECT_EQ(read.size(), all.sequences.size()) << "a record is read twice";
        for (std::size_t i = 0; i < all.sequences.size(); ++i) {
            ASSERT_TRUE(ledger.frames.count(all.sequences[i]) > 0) << all.sequences[i];
            EXPECT_EQ(all.frames[i], ledger.frames.at(all.sequences[i]));
        }
        for (const auto& [sequence, frame] : ledger.frames) {
            if (sequence < from || sequence >= kept_end) continue;
            EXPECT_TRUE(read.count(sequence) > 0) << "lost " << sequence;
        }
        for (const auto& gap : all.gaps) EXPECT_GE(gap.first, kept_end) << "a gap of what is kept";
    }

    void judge_ids(const Spool& started, std::uint64_t kept_end) const {
        std::set<IdDigest> ids;
        started.each_id(WallTime(), [&ids](std::span<const SpooledId> some) {
            for (const auto& entry : some) ids.insert(entry.id);
        });
        for (const auto& [sequence, frame] : ledger.frames) {
            if (sequence >= kept_end) continue;
            EXPECT_TRUE(ids.count(digest_of(sequence)) > 0) << "no id of " << sequence;
        }
    }

    void judge_no_false_alarm(const Complaints& said, const ReadAll& all) const {
        EXPECT_TRUE(all.gaps.empty());
        for (const auto& line : said.lines) {
            EXPECT_EQ(line.find("the tail of a segment was not written whole"), 0U) << line;
        }
    }

    // What is appended now is there after a further crash, with all that was.
    void judge_going_on(std::unique_ptr<Spool> started, SimulatedDisk& left, std::uint64_t from,
                        std::uint64_t next) const {
        auto before = read_all(*started, from);
        auto batch = std::make_shared<RecordBatch>();
        batch->add("later", now.wall, {});
        started->append(std::move(batch), now);
        started.reset();
        Complaints said;
        const Log own_log(said, "spool");
        const auto opening = Spool::open(left, options, spool_id, now, own_log);
        ASSERT_TRUE(opening.spool);
        const auto after = read_all(*opening.spool, from);
        before.sequences.push_back(next);
        EXPECT_EQ(after.sequences, before.sequences);
        EXPECT_EQ(after.frames.back(), "later");
    }

    Ledger ledger;
};

TEST_P(CrashTest, AKillAtEveryByteLosesNothingThatWasSeen) {
    int crashes = 0;

    run_workload([&](std::size_t torn_bytes) {
        if (HasFailure()) return;
        ++crashes;
        judge_start(disk->after_kill(torn_bytes), Crash::kill);
        if (HasFailure()) GTEST_FAIL() << "at crash " << crashes;
    });

    EXPECT_GT(crashes, 2000);
}

TEST_P(CrashTest, ALossOfPowerAtEveryByteLosesNothingThatWasSynced) {
    Random random(7);
    int crashes = 0;

    run_workload([&](std::size_t torn_bytes) {
        if (HasFailure()) return;
        ++crashes;
        // Where a write is torn matters less than which of its blocks arrive.
        if (torn_bytes % SimulatedDisk::block_bytes > 1) return;
        for (int i = 0; i < 5; ++i) {
            judge_start(disk->after_power_loss(random, torn_bytes), Crash::power_loss);
            if (HasFailure()) GTEST_FAIL() << "at crash " << crashes;
        }
    });

    EXPECT_GT(crashes, 2000);
}

std::string policy_name(const ::testing::TestParamInfo<SyncPolicy>& info) {
    return info.param == SyncPolicy::always     ? "Always"
           : info.param == SyncPolicy::interval ? "Interval"
                                                : "Never";
}

INSTANTIATE_TEST_SUITE_P(Policies, CrashTest,
                         ::testing::Values(SyncPolicy::always, SyncPolicy::interval,
                                           SyncPolicy::none),
                         policy_name);

}  // namespace
}  // namespace conduitd::test
