#include "worker/claim.hpp"

#include "base/defect.hpp"
#include "helix/api.hpp"
#include "helix/error.hpp"

#include <algorithm>

namespace conduitd {
namespace {

ClaimVerdict judge_refusal(const Completion& completion) {
    const auto error = completion.answer.error();
    if (error == HelixError::credentials_refused || error == HelixError::wrong_token_kind ||
        error == HelixError::unauthorized) {
        return {ClaimOutcome::credentials_refused, completion.reason};
    }
    if (error == HelixError::not_found) return {ClaimOutcome::conduit_gone, completion.reason};
    // A 4xx says that nothing was changed; no answer, or a 5xx, says nothing.
    const bool is_unknown = error == HelixError::unavailable && completion.was_sent &&
                            completion.points_at == TimePoint::min();
    const bool is_repeatable =
        error != HelixError::limit_reached && error != HelixError::invalid_request;
    return {ClaimOutcome::unavailable, completion.reason, completion.points_at, is_unknown,
            is_repeatable};
}

}  // namespace

ClaimVerdict judge_claim(const Completion& completion, std::uint32_t shard,
                         std::string_view session_id) {
    if (!completion.answer) return judge_refusal(completion);

    const auto update = parse_shard_update(completion.answer->body);
    if (!update) {
        return {.outcome = ClaimOutcome::unavailable,
                .reason = "the answer is not what Helix promises",
                .may_have_effect = true};
    }

    if (is_planted(Defect::entry_errors_overlooked)) return {ClaimOutcome::accepted, {}};
    const auto id = std::to_string(shard);
    const auto error = std::ranges::find(update->errors, id, &ShardError::id);
    if (error != update->errors.end()) return {ClaimOutcome::rejected, error->message};

    const auto entry = std::ranges::find(update->shards, id, &Shard::id);
    if (entry == update->shards.end())
        return {ClaimOutcome::rejected, "the answer does not name the shard"};
    if (!entry->is_enabled()) return {ClaimOutcome::rejected, "the shard is " + entry->status};
    if (entry->session_id != session_id)
        return {ClaimOutcome::rejected, "the shard points at another session"};
    return {ClaimOutcome::accepted, {}};
}

}  // namespace conduitd
