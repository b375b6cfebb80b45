#include "base/defect.hpp"
#include "helix/error.hpp"
#include "worker/conduit_search.hpp"
#include "worker/conduit_texts.hpp"

#include <algorithm>

// What the search changes at Twitch, and what it looks into before: creating, growing, deleting.
namespace conduitd {
namespace {

// Twitch may have acted upon it.
bool is_unknown(const Completion& completion) {
    return !completion.answer && completion.answer.error() == HelixError::unavailable &&
           completion.was_sent && completion.points_at == TimePoint::min();
}

// Does it have a transport, or did it once? One that never had may be listed or not, and if so
// nobody knows how.
bool was_bound(const Shard& shard) {
    return shard.is_enabled() || shard.method == "webhook" || !shard.session_id.empty();
}

}  // namespace

SearchStep ConduitSearch::create() {
    state_ = State::creating;
    return CreateConduit{wish_.shard_count};
}

SearchStep ConduitSearch::on_created(const Completion& completion, TimePoint now) {
    if (completion.answer) {
        const auto conduits = parse_conduits(completion.answer->body);
        if (!conduits || conduits->size() != 1) {
            return pause(options_.settle, "the created conduit is not named in the answer", now);
        }
        our_own_ = conduits->front().id;
        our_own_listed_by_ = now + options_.several_limit;
        if (is_planted(Defect::creation_unsettled)) return on_chosen(conduits->front());
        return settle(options_.settle, "a conduit is created", now);
    }
    if (is_unknown(completion)) {
        if (is_planted(Defect::create_repeated)) return create();
        // It may be listed late: until then nobody else of the host is to create another.
        return pause(std::max(options_.settle, backoff_.next(random_)), completion.reason, now);
    }
    const auto error = completion.answer.error();
    if (error == HelixError::invalid_request) {
        return refuse(ExitCode::configuration, describe_refused_creation(wish_, completion.reason));
    }
    if (error == HelixError::limit_reached) {
        // Others have created them since the listing: they are in the next one.
        if (++limit_hits_ >= limit_hits_max) {
            return refuse(ExitCode::configuration, describe_limit_reached(completion.reason));
        }
        return pause(options_.several_period_min + random_.up_to(options_.several_period_jitter),
                     completion.reason, now);
    }
    return on_failure(completion, now);
}

SearchStep ConduitSearch::on_grown(const Completion& completion, TimePoint now) {
    if (completion.answer) {
        // What was made is to be claimed at once. In doubt the listing tells.
        const auto conduits = parse_conduits(completion.answer->body);
        const bool is_told = conduits && conduits->size() == 1 && conduits->front().id == chosen_;
        const bool is_grown = is_told && conduits->front().shard_count >= wish_.shard_count;
        return is_grown ? finish(conduits->front()) : list();
    }
    const auto error = completion.answer.error();
    if (!is_unknown(completion)) grown_from_.reset();
    if (error == HelixError::invalid_request || error == HelixError::limit_reached) {
        growth_refusal_ = completion.reason;
        return list();
    }
    if (is_unknown(completion) && is_planted(Defect::growth_repeated)) {
        return GrowConduit{chosen_, wish_.shard_count};
    }
    return on_failure(completion, now);
}

SearchStep ConduitSearch::inspect(const Conduit& conduit, Inspection inspection) {
    state_ = State::inspecting;
    inspected_ = conduit;
    inspection_ = inspection;
    pages_ = 1;
    if (inspection == Inspection::of_our_own && is_planted(Defect::bound_conduit_deleted)) {
        state_ = State::deleting;
        return DeleteConduit{*our_own_};
    }
    return ListShards{conduit.id, {}};
}

// One that is gone by now is missing in the next listing too. Where the shards cannot be listed,
// one that was found is waited for, and one of ours is not deleted before they can be.
SearchStep ConduitSearch::on_shards(const Completion& completion, TimePoint now) {
    const auto page = completion.answer ? parse_shards(completion.answer->body)
                                        : Result<ShardPage>(completion.answer.error());
    if (!page && inspection_ == Inspection::of_found && !is_credentials_error(page.error())) {
        return on_unused(now);
    }
    if (!completion.answer) return on_failure(completion, now);
    if (!page) return retry("the list of shards is not what Helix promises", now);
    if (std::ranges::any_of(page->shards, was_bound)) return on_used(now);
    if (page->cursor.empty()) return on_unused(now);
    const bool is_ours = inspection_ == Inspection::of_our_own;
    if (++pages_ > (is_ours ? pages_max : pages_of_found_max)) {
        return is_ours ? on_used(now) : on_unused(now);
    }
    return ListShards{inspected_.id, page->cursor};
}

SearchStep ConduitSearch::on_used(TimePoint now) {
    if (inspection_ == Inspection::of_found) return on_chosen(inspected_);
    our_own_.reset();
    settled_.clear();
    several_until_ = now + options_.several_limit;
    return pause(options_.several_period_min, "somebody uses the created conduit already", now);
}

SearchStep ConduitSearch::on_unused(TimePoint now) {
    if (inspection_ == Inspection::of_our_own) {
        state_ = State::deleting;
        return DeleteConduit{*our_own_};
    }
    settled_ = inspected_.id;
    return settle(options_.settle_of_found, "the conduit was never used and may be about to go",
                  now);
}

SearchStep ConduitSearch::on_deleted(const Completion& completion, TimePoint now) {
    const bool is_gone = completion.answer || completion.answer.error() == HelixError::not_found;
    if (is_gone) {
        our_own_.reset();
        return list();
    }
    our_own_listed_by_ = now;  // missing in the next listing, it is deleted
    return on_failure(completion, now);
}

}  // namespace conduitd
