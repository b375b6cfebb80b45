#pragma once

#include "base/ensure.hpp"
#include "sink/consumer_hub.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace conduitd {

enum class Disk { well, hangs };

// As much of a spool as consumers know of: records, cursors by name, what it was asked for, and its
// answers, which come late.
struct SpoolStandIn {
    struct Cursor {
        std::uint64_t acked = 0;
        bool is_attached = false;
    };
    struct Answer {
        AttachConsumer asked;
        Result<std::uint64_t> cursor;
    };

    // Shows the consumer the records below `next`. Of each seven sequences one is lost, and one was
    // never given.
    void feed(Consumer& consumer) const {
        while (consumer.position() < next && consumer.has_room()) {
            const auto sequence = consumer.position();
            if (sequence % 7 == 6) {
                consumer.pass_to(sequence + 1);
            } else if (sequence % 7 == 5) {
                consumer.take(SpoolGap{.first = sequence, .last = sequence});
            } else {
                consumer.take(make_record(sequence));
            }
        }
    }

    // Does the next thing; an AttachConsumer is all that a disk may refuse.
    void work(Disk disk) {
        if (jobs.empty()) return;
        const auto job = std::move(jobs.front());
        jobs.pop_front();
        if (const auto* const attaching = std::get_if<AttachConsumer>(&job)) {
            answers.push_back({*attaching, attach(*attaching, disk)});
        } else if (const auto* const saving = std::get_if<SaveCursor>(&job)) {
            save(*saving);
        } else if (const auto found = cursors.find(std::get<DetachConsumer>(job).name);
                   found != cursors.end()) {
            found->second.is_attached = false;
        }
    }

    std::uint64_t next = 10;
    std::map<std::string, Cursor> cursors;
    std::deque<HubAction> jobs;
    std::deque<Answer> answers;

private:
    static RecordView make_record(std::uint64_t sequence) {
        static constexpr std::array<std::string_view, 3> frames{
            R"({"metadata":{"message_id":"a","message_type":"notification","subscription_type":"channel.chat.message"}})",
            R"({"metadata":{"message_id":"b","message_type":"notification","subscription_type":"stream.online"}})",
            R"({"metadata":{"message_type":"conduitd.gap"},"payload":{"reason":"stopped"}})"};
        RecordView record;
        record.sequence = sequence;
        record.frame = frames[sequence % frames.size()];
        return record;
    }

    Result<std::uint64_t> attach(const AttachConsumer& asked, Disk disk) {
        if (disk == Disk::hangs) return make_error_code(boost::system::errc::timed_out);
        const Cursor fresh{asked.acked_if_new.value_or(0)};
        auto& cursor = cursors.try_emplace(asked.name, fresh).first->second;
        ensure(cursor.acked < next, "no cursor begins beyond the records");
        cursor.is_attached = true;
        return cursor.acked;
    }

    void save(const SaveCursor& asked) {
        auto& cursor = cursors.at(asked.name);
        ensure(cursor.is_attached, "a cursor is saved for who is there");
        ensure(asked.acked > cursor.acked, "a cursor never goes back");
        ensure(asked.acked < next, "a cursor is not ahead of the records");
        cursor.acked = asked.acked;
    }
};

}  // namespace conduitd
