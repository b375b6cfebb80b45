#include "claim_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace simulation {

ClaimJudge::Record& ClaimJudge::record_of(ProcessId process) {
    if (records_.size() <= process) records_.resize(process + 1);
    return records_[process];
}

void ClaimJudge::on_welcome(const Connection& connection) {
    Record& record = record_of(connection.process);
    const bool is_continued = find(record, connection.session_id) != nullptr;
    record.sessions.push_back(
        {&connection, connection.session_id, parts_.queue.now(), is_continued});
    if (connection.is_fresh) expect_claim(record.sessions.back(), at_once, "was welcomed");
}

// Several sockets may have one id, in turn: the latest counts.
ClaimJudge::Session* ClaimJudge::find(Record& record, std::string_view session_id) {
    const auto found = std::find_if(record.sessions.rbegin(), record.sessions.rend(),
                                    [&](const Session& row) { return row.id == session_id; });
    return found == record.sessions.rend() ? nullptr : &*found;
}

void ClaimJudge::on_claim_sent(ProcessId process, std::string_view session_id) {
    Record& record = record_of(process);
    record.claimed_at = parts_.queue.now();
    record.open_claims.emplace_back(session_id);
    const Session* const session = find(record, session_id);
    if (session == nullptr || session->is_continued || session->is_accepted) return;
    if (session->claim_not_before <= parts_.queue.now()) return;
    parts_.checker.fail(fmt::format("p{} repeats the claim of c{} that was answered with 429",
                                    process, session->connection->id));
}

void ClaimJudge::note_limit(Session& session, const Answer& answer) const {
    session.is_accepted = session.is_accepted || answer.is_accepted || answer.is_in_part;
    if (answer.status != 429U) return;
    session.claim_not_before =
        answer.has_points_left ? conduitd::never : parts_.queue.now() + bucket_wait;
}

void ClaimJudge::on_claim_over(ProcessId process, std::string_view session_id,
                               const Answer& answer) {
    Record& record = record_of(process);
    const auto open = std::ranges::find(record.open_claims, session_id);
    if (open != record.open_claims.end()) record.open_claims.erase(open);
    Session* const session = find(record, session_id);
    if (session == nullptr) return;
    // Of one that has ended the worker does not wait for the answer.
    const bool is_read = session->connection->near == NearState::open;
    if (answer.is_accepted && is_read) record.is_returning = false;
    note_limit(*session, answer);
    const bool is_refused = answer.status && *answer.status >= 400 && *answer.status < 500;
    if (answer.is_accepted || is_refused || session->is_continued) return;
    if (parts_.queue.now() + pause_max >= session->welcomed_at + window) return;
    expect_claim(*session, pause_max, "was claimed in vain");
}

void ClaimJudge::on_listing_asked(ProcessId process, bool is_standing_by) {
    Record& record = record_of(process);
    ++record.open_listings;
    record.is_returning = record.is_returning || is_standing_by;
}

void ClaimJudge::on_listing_told(ProcessId process, bool is_good) {
    Record& record = record_of(process);
    --record.open_listings;
    if (!is_good) record.listing_failed_at = parts_.queue.now();
}

void ClaimJudge::on_token_trouble(ProcessId process) {
    record_of(process).token_trouble_until = parts_.queue.now() + token_trouble_lasts;
}

bool ClaimJudge::is_needed(const Record& record, const Session& session, TimePoint since) const {
    const auto process = session.connection->process;
    if (parts_.conduct.is_excused(process, since) || parts_.promptness.is_kept_off(process)) {
        return false;
    }
    const bool has_ended_by_itself = session.connection->near == NearState::ended &&
                                     session.connection->near_end == NearEnd::peer;
    return !has_ended_by_itself && record.token_trouble_until <= parts_.queue.now() &&
           parts_.promptness.held_since(process) < session.welcomed_at;
}

void ClaimJudge::expect_claim(const Session& session, Duration within, std::string_view why) {
    parts_.queue.after(within, [this, session, within, why, since = parts_.queue.now()] {
        check_claim(session, since, within, why);
    });
}

void ClaimJudge::check_claim(const Session& session, TimePoint since, Duration within,
                             std::string_view why) {
    Record& record = record_of(session.connection->process);
    if (record.claimed_at >= since || !is_needed(record, session, since)) return;
    if (record.is_returning && record.listing_failed_at >= session.welcomed_at) return;
    const auto elsewhere_at = record.elsewhere_at;
    const bool is_known_elsewhere =
        elsewhere_at != TimePoint::min() && elsewhere_at + reading_holds_for > session.welcomed_at;
    if (is_known_elsewhere) return;
    const auto due_at = std::max(since + within, record.behind_another_at);
    const bool is_in_time = parts_.queue.now() < due_at + reading_max;
    const bool may_read = (record.is_returning || is_in_time) && record.open_listings > 0;
    // A claim whose session has ended is abandoned.
    const bool is_behind_another = std::ranges::any_of(record.sessions, [&](const Session& row) {
        return row.connection->near == NearState::open &&
               std::ranges::count(record.open_claims, row.id) > 0;
    });
    if (is_behind_another) record.behind_another_at = parts_.queue.now();
    if (may_read || is_behind_another) {
        parts_.queue.after(at_once, [this, session, since, within, why] {
            check_claim(session, since, within, why);
        });
        return;
    }
    parts_.checker.fail(fmt::format("c{} of p{} {} and is not claimed {} ms later",
                                    session.connection->id, session.connection->process, why,
                                    within / std::chrono::milliseconds(1)));
}

}  // namespace simulation
