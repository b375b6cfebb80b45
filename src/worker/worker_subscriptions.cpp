#include "worker/worker.hpp"

#include <utility>

// What the conduit is subscribed to: asked once it is served, by one worker of those that serve it.
namespace conduitd {

// One that has made the conduit, or has its first shard, which is one of the whole fleet.
void Worker::begin_subscription_check(TimePoint now) {
    if (is_conduit_created_ || home_.contains(0)) check_subscriptions(now);
}

void Worker::check_subscriptions(TimePoint now) {
    subscriptions_at_ = never;
    SubscriptionCheck check(options_.helix.endpoints, conduit_id_, helix_.client_id(),
                            options_.ensures_shard_disabled);
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
        subscriptions_at_ = now + subscriptions_backoff_.next(random_);
        return;
    }
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

}  // namespace conduitd
