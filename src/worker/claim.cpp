#include "worker/claim.hpp"

#include "base/defect.hpp"
#include "helix/api.hpp"
#include "helix/call_answer.hpp"
#include "helix/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

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

// Why the entry was not accepted; empty when it was.
std::string refusal_of(const ShardUpdate& update, const std::string& id,
                       std::string_view session_id) {
    const auto error = std::ranges::find(update.errors, id, &ShardError::id);
    if (error != update.errors.end()) {
        return error->message.empty() ? "it is refused without a reason" : error->message;
    }
    const auto entry = std::ranges::find(update.shards, id, &Shard::id);
    if (entry == update.shards.end()) return "the answer does not name the shard";
    if (!entry->is_enabled()) return "the shard is " + entry->status;
    if (entry->session_id != session_id) return "the shard points at another session";
    return {};
}

ClaimVerdict judge_update(const HttpResponse& answer, const ShardSet& shards,
                          std::string_view session_id) {
    const auto update = parse_shard_update(answer.body);
    if (!update) {
        return {.outcome = ClaimOutcome::unavailable,
                .reason = "the answer is not what Helix promises",
                .may_have_effect = true};
    }

    if (is_planted(Defect::entry_errors_overlooked)) {
        return {.outcome = ClaimOutcome::accepted, .reason = {}, .bound = shards};
    }
    ClaimVerdict verdict{.outcome = ClaimOutcome::accepted, .reason = {}};
    std::vector<std::uint32_t> bound;
    for (const auto shard : shards) {
        auto refusal = refusal_of(*update, std::to_string(shard), session_id);
        if (refusal.empty()) {
            bound.push_back(shard);
        } else if (verdict.outcome == ClaimOutcome::accepted) {
            verdict.outcome = ClaimOutcome::rejected;
            verdict.reason = shards.size() == 1 ? std::move(refusal)
                                                : fmt::format("shard {}: {}", shard, refusal);
        }
    }
    verdict.bound = ShardSet(std::move(bound));
    verdict.may_have_effect = verdict.outcome == ClaimOutcome::rejected && !verdict.bound.empty();
    return verdict;
}

}  // namespace

ClaimVerdict judge_claim(const Completion& completion, const ShardSet& shards,
                         std::string_view session_id) {
    if (!completion.answer) return judge_refusal(completion);
    return judge_update(*completion.answer, shards, session_id);
}

bool may_have_effect(const Result<HttpResponse>& answer, const ShardSet& shards,
                     std::string_view session_id) {
    const auto call = judge_call(answer).verdict;
    if (call != CallVerdict::good) return call == CallVerdict::failed;
    const auto verdict = judge_update(*answer, shards, session_id);
    return verdict.may_have_effect || verdict.outcome == ClaimOutcome::accepted;
}

}  // namespace conduitd
