#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// What the conduit is subscribed to: asked once it is served, by one worker of those that serve it.
// What is to be ensured is looked for again now and then, by whoever has the first shard then, and
// by whoever reads that it has been revoked.
namespace conduitd {

// One that has made the conduit, or has its first shard, which is one of the whole fleet.
void Worker::begin_subscription_check(TimePoint now) {
    // The process before this one has said it.
    is_hint_due_ = !options_.take_over && (is_conduit_created_ || home_.contains(0));
    if (is_hint_due_) {
        check_subscriptions(now);
    } else {
        plan_subscription_check(now);
    }
}

void Worker::plan_subscription_check(TimePoint now) {
    if (!options_.ensures_shard_disabled) return;
    const auto period = options_.subscription_check_period;
    const auto at = now + period - period / 4 + random_.up_to(period / 2);
    subscriptions_at_ = std::min(subscriptions_at_, at);
}

void Worker::on_subscription_check_due(TimePoint now) {
    subscriptions_at_ = never;
    if (is_subscription_doubtful_ || home_.contains(0)) {
        check_subscriptions(now);
    } else {
        plan_subscription_check(now);
    }
}

void Worker::check_subscriptions(TimePoint now) {
    using Scope = SubscriptionCheck::Scope;
    subscriptions_checked_at_ = now;
    is_subscription_doubtful_ = false;
    const auto scope = !options_.ensures_shard_disabled ? Scope::anything
                       : is_hint_due_                   ? Scope::both
                                                        : Scope::shard_disabled;
    SubscriptionCheck check(options_.helix.endpoints, conduit_id_, helix_.client_id(), scope);
    auto request = check.first_request();
    subscriptions_.emplace(SubscriptionsUnderWay{{}, std::move(check)});
    ask_subscriptions(std::move(request), now);
}

void Worker::ask_subscriptions(HttpRequest request, TimePoint now) {
    const Patience patience{.attempts_max = 3, .give_up_at = now + options_.look.page_patience};
    subscriptions_->call = helix_.call(std::move(request), patience, now);
}

// A hint is worth one question; what is to be ensured is asked for until it is known.
void Worker::on_subscriptions_step(SubscriptionStep step, TimePoint now) {
    if (auto* const request = std::get_if<HttpRequest>(&step)) {
        return ask_subscriptions(std::move(*request), now);
    }
    subscriptions_.reset();
    if (const auto* const unknown = std::get_if<SubscriptionsUnknown>(&step)) {
        if (!options_.ensures_shard_disabled) return;
        log_.warn("it is not known whether the conduit tells of its shards that die",
                  {{"reason", unknown->why}});
        is_subscription_doubtful_ = true;
        subscriptions_at_ = now + subscriptions_backoff_.next(random_);
        return;
    }
    is_hint_due_ = false;
    subscriptions_backoff_.reset();
    plan_subscription_check(now);
    const auto& checked = std::get<SubscriptionsChecked>(step);
    if (checked.has_created) {
        log_.info("subscribed to conduit.shard.disabled", {{"conduit", conduit_id_}});
    } else if (!checked.refusal.empty()) {
        log_.warn("the conduit cannot be subscribed to conduit.shard.disabled",
                  {{"reason", checked.refusal}});
    }
    if (!checked.has_none) return;
    log_.info(
        "the conduit has no subscriptions, so that no events come; one is made by "
        "POST /eventsub/subscriptions with an app access token and this as its transport",
        {{"transport", R"({"method":"conduit","conduit_id":")" + conduit_id_ + R"("})"}});
}

// Whoever reads of it makes another. One that is revoked again and again is not made as often.
void Worker::on_shard_disabled_revoked(TimePoint now) {
    if (!options_.ensures_shard_disabled || state_ >= WorkerState::offering) return;
    log_.warn("the subscription to conduit.shard.disabled has been revoked");
    is_subscription_doubtful_ = true;
    const auto at = std::max(now, subscriptions_checked_at_ + options_.subscription_renewal_min);
    subscriptions_at_ = std::min(subscriptions_at_, at);
}

}  // namespace conduitd
