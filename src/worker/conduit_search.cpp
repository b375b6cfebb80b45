#include "worker/conduit_search.hpp"

#include "helix/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace conduitd {
namespace {

std::string describe(const std::vector<Conduit>& conduits) {
    std::string text;
    for (const auto& conduit : conduits) {
        text += fmt::format("{}{} ({} shard{})", text.empty() ? "" : ", ", conduit.id,
                            conduit.shard_count, conduit.shard_count == 1 ? "" : "s");
    }
    return text.empty() ? "none" : text;
}

CannotServe out_of_range(const ConduitWish& wish, const Conduit& conduit) {
    return {ExitCode::configuration,
            fmt::format("shard.id is {}, but conduit {} has the shards 0-{}: choose one of those, "
                        "or raise the conduit's shard count",
                        wish.shards.text(), conduit.id, conduit.shard_count - 1)};
}

SearchVerdict in_range(const ConduitWish& wish, const Conduit& conduit) {
    if (wish.shards.highest() >= conduit.shard_count) return out_of_range(wish, conduit);
    return ConduitFound{conduit.id, conduit.shard_count};
}

SearchVerdict judge_failure(const Completion& completion) {
    const auto error = completion.answer.error();
    if (error == HelixError::credentials_refused || error == HelixError::wrong_token_kind ||
        error == HelixError::unauthorized) {
        return CannotServe{ExitCode::credentials_refused, completion.reason};
    }
    return SearchAgain{completion.reason};
}

SearchVerdict choose_only(const ConduitWish& wish, const std::vector<Conduit>& conduits) {
    if (conduits.size() == 1) return in_range(wish, conduits.front());
    if (conduits.size() > 1) {
        return CannotServe{ExitCode::configuration,
                           fmt::format("conduit.id is `auto`, but this client id has several "
                                       "conduits: {}. Set conduit.id to one of them",
                                       describe(conduits))};
    }
    if (wish.shards.highest() >= wish.shard_count) {
        return CannotServe{ExitCode::configuration,
                           fmt::format("shard.id is {}, but the conduit to be created would have "
                                       "the shards 0-{}: raise conduit.shard_count",
                                       wish.shards.text(), wish.shard_count - 1)};
    }
    return CreateConduit{};
}

}  // namespace

SearchVerdict judge_conduits(const ConduitWish& wish, const Completion& completion) {
    if (!completion.answer) return judge_failure(completion);
    const auto conduits = parse_conduits(completion.answer->body);
    if (!conduits) return SearchAgain{"the list of conduits is not what Helix promises"};
    if (wish.id.empty()) return choose_only(wish, *conduits);

    const auto named = std::ranges::find(*conduits, wish.id, &Conduit::id);
    if (named != conduits->end()) return in_range(wish, *named);
    return CannotServe{ExitCode::conduit_gone,
                       fmt::format("conduit {} does not exist, or belongs to another client id; "
                                   "this client id has: {}",
                                   wish.id, describe(*conduits))};
}

SearchVerdict judge_creation(const ConduitWish& wish, const Completion& completion) {
    if (completion.answer) {
        const auto conduits = parse_conduits(completion.answer->body);
        if (conduits && conduits->size() == 1) return in_range(wish, conduits->front());
        return SearchAgain{"the created conduit is not named in the answer"};
    }
    const auto error = completion.answer.error();
    if (error == HelixError::invalid_request || error == HelixError::limit_reached) {
        return CannotServe{ExitCode::configuration,
                           fmt::format("Twitch does not create a conduit with {} shards: {}",
                                       wish.shard_count, completion.reason)};
    }
    return judge_failure(completion);
}

}  // namespace conduitd
