// Random appends, reads, acks, crashes and failures, against a model that knows three things: what
// was appended, what sinks could see, and where each consumer is.

#include "spool/spool_fixture.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace conduitd::test {
namespace {

enum class World {
    kind,   // kills, but neither failures nor limits: no record is lost, and no gap told
    cruel,  // losses of power, failures, a bound that is reached
};

struct ModelConsumer {
    std::string name;
    std::unique_ptr<ReadPosition> position;
    std::uint64_t taken = 0;  // the last sequence it took
    std::uint64_t acked = 0;
    std::uint64_t acked_saved = 0;
};

constexpr std::uint64_t parts = 4;

// In parts: they run beside one another.
class ModelTest : public SpoolTest, public ::testing::WithParamInterface<std::uint64_t> {
protected:
    void run(std::uint64_t seed, World world) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Random dice(seed);
        start_anew(dice, world);
        for (int i = 0; i < 150 && !HasFailure(); ++i) step(dice, world);
        if (HasFailure()) return;
        disk->fault_for = nullptr;
        disk->bytes_max = UINT64_MAX;
        pass(std::chrono::seconds(1));
        spool->commit(now);
        for (auto& consumer : consumers) {
            while (!HasFailure() && consumer.position->next() < spool->visible_end()) {
                read(consumer, 300);
            }
        }
    }

    void start_anew(Random& dice, World world) {
        spool.reset();
        disk = std::make_unique<SimulatedDisk>();
        frames.clear();
        lost_before = 0;
        may_have_gaps = world == World::cruel;
        options.sync =
            std::array{SyncPolicy::always, SyncPolicy::interval, SyncPolicy::none}[dice.below(3)];
        options.segment_bytes = 300 + dice.below(800);
        options.bytes_max = world == World::cruel && dice.below(2) == 0 ? 3000 : 1 << 30;
        options.memory_bytes_max = world == World::cruel ? 400 + dice.below(2000) : 1 << 26;
        open();
        ASSERT_TRUE(spool);
        consumers.clear();
        for (const auto* name : {"a", "b"}) {
            consumers.push_back({name, nullptr});
            attach(consumers.back());
        }
    }

    void step(Random& dice, World world) {
        auto& consumer = consumers[dice.below(consumers.size())];
        const auto what = dice.below(world == World::cruel ? 100 : 82);
        if (what < 35) {
            append_some(dice);
        } else if (what < 60) {
            read(consumer, 1 + dice.below(600));
        } else if (what < 70) {
            ack(consumer, dice);
        } else if (what < 78) {
            pass(std::chrono::milliseconds(dice.below(300)));
            note_saved();
        } else if (what < 80) {
            restart(disk->after_kill(), false);
        } else if (what < 82) {
            close_and_restart();
        } else if (what < 85) {
            restart(disk->after_power_loss(dice), true);
        } else if (what < 90) {
            disk->bytes_max = dice.below(2) == 0 ? 0 : UINT64_MAX;
        } else {
            fail_some_calls(dice);
        }
    }

    void append_some(Random& dice) {
        auto batch = std::make_shared<RecordBatch>();
        const auto first = spool->status().next_sequence;
        const auto last = frames.empty() ? 0 : frames.rbegin()->first;
        ASSERT_GT(first, last) << "a sequence is given twice";
        const auto count = 1 + dice.below(4);
        for (std::uint64_t i = 0; i < count; ++i) {
            std::string frame = std::to_string(first + i);
            frame.resize(frame.size() + dice.below(150), '.');
            batch->add(frame, now.wall, digest_of(first + i));
            frames[first + i] = frame;
        }
        spool->append(std::move(batch), now);
        if (dice.below(3) > 0) spool->commit(now);
    }

    // Every record between two that a consumer gets was told as lost, or could never be seen.
    void read(ModelConsumer& consumer, std::size_t bytes) {
        const auto before = consumer.position->next();
        const auto reading = spool->read(*consumer.position, bytes);
        if (reading.error) {
            expect_nothing_between(before, consumer.position->next());
            return;
        }
        auto told_end = before;
        if (reading.gap) {
            EXPECT_TRUE(may_have_gaps) << "a gap where nothing was lost";
            expect_nothing_between(before, reading.gap->first);
            EXPECT_GE(reading.gap->last, reading.gap->first);
            told_end = reading.gap->last + 1;
        }
        reading.records.each(0, [&](const RecordView& record) {
            expect_nothing_between(told_end, record.sequence);
            EXPECT_EQ(frames[record.sequence], record.frame);
            EXPECT_LT(record.sequence, spool->visible_end());
            told_end = record.sequence + 1;
            consumer.taken = record.sequence;
            return !HasFailure();
        });
        expect_nothing_between(told_end, consumer.position->next());
    }

    void expect_nothing_between(std::uint64_t first, std::uint64_t end) {
        EXPECT_LE(first, end) << "out of order";
        const auto missing = frames.lower_bound(std::max(first, lost_before));
        EXPECT_TRUE(missing == frames.end() || missing->first >= end)
            << missing->first << " is missing without a word";
    }

    void ack(ModelConsumer& consumer, Random& dice) {
        if (consumer.taken <= consumer.acked) return;
        consumer.acked += 1 + dice.below(consumer.taken - consumer.acked);
        ASSERT_FALSE(spool->ack(consumer.name, consumer.acked, now));
    }

    void close_and_restart() {
        if (spool->close(now)) {
            restart(disk->after_kill(), true);
            return;
        }
        note_saved();
        restart(disk->after_kill(), false);
    }

    // `is_lossy`: what was appended and not synced may be gone, or what a consumer acked. The model
    // then takes what it finds for what there is.
    void restart(std::unique_ptr<SimulatedDisk> left, bool is_lossy) {
        const auto was_in_trouble = spool->status().trouble.has_value();
        const auto seen_end = spool->visible_end();
        const auto unsynced = is_lossy || was_in_trouble;
        spool.reset();
        disk = std::move(left);
        complaints.lines.clear();
        open();
        ASSERT_TRUE(spool) << open_reason;
        if (unsynced) {
            if (options.sync != SyncPolicy::always) lost_before = seen_end;
            keep_what_is_there(seen_end);
        } else {
            // With `always`, what was not committed was not seen: a kill may leave it or not.
            keep_what_is_there(std::max<std::uint64_t>(seen_end, 1));
        }
        for (auto& consumer : consumers) attach(consumer);
    }

    // Forgets what no sink can have seen and is not there.
    void keep_what_is_there(std::uint64_t seen_end) {
        const auto all = read_all(*spool, std::max<std::uint64_t>(1, seen_end));
        for (auto frame = frames.lower_bound(seen_end); frame != frames.end();) {
            const bool is_there =
                std::binary_search(all.sequences.begin(), all.sequences.end(), frame->first);
            frame = is_there ? std::next(frame) : frames.erase(frame);
        }
    }

    void attach(ModelConsumer& consumer) {
        const auto acked = spool->attach(consumer.name, {}, now);
        if (!acked) {
            consumer.position = std::make_unique<ReadPosition>(spool->visible_end());
            consumer.taken = consumer.acked = spool->visible_end() - 1;
            return;
        }
        const bool may_be_forgotten = may_have_gaps;
        if (!may_be_forgotten && consumer.position) {
            EXPECT_LE(*acked, consumer.acked);
            EXPECT_GE(*acked, consumer.acked_saved);
        }
        consumer.position = std::make_unique<ReadPosition>(*acked + 1);
        consumer.taken = consumer.acked = consumer.acked_saved = *acked;
    }

    void note_saved() {
        if (may_have_gaps) return;
        for (auto& consumer : consumers) {
            if (spool->deadline() > now.monotonic + options.sync_interval) {
                consumer.acked_saved = consumer.acked;
            }
        }
    }

    void fail_some_calls(Random& dice) {
        if (dice.below(2) == 0) {
            disk->fault_for = nullptr;
            return;
        }
        const auto shared = std::make_shared<Random>(dice.below(1000));
        disk->fault_for = [shared](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
            if (shared->below(4) > 0) return std::nullopt;
            return SimulatedDisk::Fault{make_error_code(boost::system::errc::io_error),
                                        shared->below(operation.bytes + 1)};
        };
    }

    std::map<std::uint64_t, std::string> frames;
    std::vector<ModelConsumer> consumers;
    std::uint64_t lost_before = 0;  // of those before it a loss of power may have taken some
    bool may_have_gaps = false;
};

TEST_P(ModelTest, KillsAloneLoseNothingAndRaiseNoFalseAlarm) {
    for (auto seed = GetParam(); seed <= 100 && !HasFailure(); seed += parts)
        run(seed, World::kind);
}

TEST_P(ModelTest, WhateverHappensNothingIsLostWithoutAWord) {
    for (auto seed = GetParam(); seed <= 300 && !HasFailure(); seed += parts)
        run(seed, World::cruel);
}

INSTANTIATE_TEST_SUITE_P(Parts, ModelTest, ::testing::Range<std::uint64_t>(1, parts + 1));

}  // namespace
}  // namespace conduitd::test
