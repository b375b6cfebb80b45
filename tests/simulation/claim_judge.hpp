#pragma once

#include "checker.hpp"
#include "conduct.hpp"
#include "connection.hpp"
#include "event_queue.hpp"
#include "promptness.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simulation {

// Judges how workers claim their shard: Twitch closes a session that is not used within ten seconds
// of its welcome. The rules:
//
//  1. A fresh session is claimed at once when it is welcomed, or as soon as the claim of another
//     session has been answered that was on its way. A worker that stood by before may read first
//     whether its shard is still to be had, and claims it once that is answered; where it is not,
//     or the answer tells nothing, it need not. Any other may read for `reading_max` whether
//     somebody else has claimed the shard meanwhile, leaves it to whoever has, and is as one that
//     stood by until it is told of a claim that was accepted.
//  2. A claim that failed, and may succeed when it is repeated, is repeated within `pause_max`, as
//     long as its session is open and younger than `window`. Not so one that was refused for good,
//     with a 4xx, nor one for a session that another socket had before: that has come with its
//     shard.
//  3. One that was answered with 429 is not: with points left never again for that session, which
//     is not for want of points then; without any, not before the bucket may have some.
//
// Excused is whom the other judges excuse, who has no token, and a session that is not needed any
// more, for another one has the shard.
class ClaimJudge {
public:
    // worker/options.hpp, and worker/link.hpp.
    static constexpr Duration window = std::chrono::seconds(7);
    static constexpr Duration pause_max = std::chrono::milliseconds(2'050);
    static constexpr Duration at_once = std::chrono::milliseconds(50);
    static constexpr Duration bucket_wait = std::chrono::seconds(1);  // helix/call_answer.hpp
    static constexpr Duration reading_max = std::chrono::milliseconds(1'050);
    // What it has read of the shard holds for so long (worker/claim_check.hpp).
    static constexpr Duration reading_holds_for = std::chrono::seconds(6);
    // As long as the wait for another token may be, at its longest.
    static constexpr Duration token_trouble_lasts = std::chrono::seconds(75);

    struct Parts {
        EventQueue& queue;
        const Conduct& conduct;
        const Promptness& promptness;
        Checker& checker;
    };
    explicit ClaimJudge(Parts parts) : parts_(parts) {}

    // All connections outlive this. The worker reads the welcome of a session.
    void on_welcome(const Connection& connection);
    void on_claim_sent(ProcessId process, std::string_view session_id);
    // What the worker is told of it.
    struct Answer {
        std::optional<unsigned> status;  // none: that there was no answer
        bool is_accepted = false;
        bool is_in_part = false;  // of several shards, some
        bool has_points_left = false;
    };
    void on_claim_over(ProcessId process, std::string_view session_id, const Answer& answer);
    // It asks where the shards are, and is told, or not.
    void on_listing_asked(ProcessId process, bool is_standing_by);
    void on_listing_told(ProcessId process, bool is_good);
    // Likewise: that a session which is none of its own has its first shard.
    void on_shard_elsewhere(ProcessId process) {
        record_of(process).elsewhere_at = parts_.queue.now();
        record_of(process).is_returning = true;
    }
    [[nodiscard]] bool is_own(ProcessId process, std::string_view session_id) {
        return find(record_of(process), session_id) != nullptr;
    }
    // It asks where the shards are, and has no answer yet.
    [[nodiscard]] bool is_reading(ProcessId process) {
        return record_of(process).open_listings > 0;
    }
    // It is refused a token, or the use of it, or has no answer to a wish for one.
    void on_token_trouble(ProcessId process);

private:
    struct Session {
        const Connection* connection;
        std::string id;
        TimePoint welcomed_at;
        bool is_continued;                              // from another socket
        bool is_accepted = false;                       // a claim for it was
        TimePoint claim_not_before = TimePoint::min();  // by a 429
    };
    struct Record {
        std::vector<Session> sessions;
        TimePoint claimed_at = TimePoint::min();
        std::vector<std::string> open_claims;  // their sessions' ids
        TimePoint token_trouble_until = TimePoint::min();
        // It stood by, or somebody else had its shard, and no claim was accepted since.
        bool is_returning = false;
        unsigned open_listings = 0;
        TimePoint listing_failed_at = TimePoint::min();
        TimePoint elsewhere_at = TimePoint::min();
        TimePoint behind_another_at = TimePoint::min();  // a claim that was due waited then
    };
    Record& record_of(ProcessId process);
    [[nodiscard]] static Session* find(Record& record, std::string_view session_id);
    void expect_claim(const Session& session, Duration within, std::string_view why);
    void check_claim(const Session& session, TimePoint since, Duration within,
                     std::string_view why);
    void note_limit(Session& session, const Answer& answer) const;
    [[nodiscard]] bool is_needed(const Record& record, const Session& session,
                                 TimePoint since) const;

    Parts parts_;
    std::vector<Record> records_;  // by process
};

}  // namespace simulation
