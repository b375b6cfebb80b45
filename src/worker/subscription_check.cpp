#include "worker/subscription_check.hpp"

#include "helix/error.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

HttpRequest SubscriptionCheck::first_request() const {
    return stage_ == Stage::survey
               ? make_list_subscriptions(endpoints_, "conduit_id", conduit_id_, {})
               : make_list_subscriptions(endpoints_, "type", shard_disabled_type, {});
}

SubscriptionStep SubscriptionCheck::on_answer(const Completion& completion) {
    if (stage_ == Stage::creation) {
        if (completion.answer) {
            found_.has_created = true;
            return begin_survey();
        }
        if (completion.answer.error() != HelixError::invalid_request) {
            return SubscriptionsUnknown{completion.reason};
        }
        found_.refusal = completion.reason;
        stage_ = Stage::second_search;
        pages_ = 0;
        return first_request();
    }
    if (!completion.answer) return SubscriptionsUnknown{completion.reason};
    const auto page = parse_subscriptions(completion.answer->body);
    if (!page) return SubscriptionsUnknown{"the answer is not what Helix promises"};
    if (stage_ != Stage::survey) return on_search(*page);
    const bool has_other = std::ranges::any_of(
        page->subscriptions,
        [](const Subscription& subscription) { return subscription.type != shard_disabled_type; });
    found_.has_none = !has_other && page->cursor.empty();
    return std::move(found_);
}

SubscriptionStep SubscriptionCheck::on_search(const SubscriptionPage& page) {
    const bool is_there =
        std::ranges::any_of(page.subscriptions, [&](const Subscription& subscription) {
            return subscription.type == shard_disabled_type && subscription.status == "enabled" &&
                   subscription.conduit_id == conduit_id_;
        });
    if (is_there) {
        found_.refusal.clear();
        return begin_survey();
    }
    if (!page.cursor.empty() && ++pages_ < pages_max) {
        return make_list_subscriptions(endpoints_, "type", shard_disabled_type, page.cursor);
    }
    if (stage_ == Stage::second_search) return begin_survey();
    stage_ = Stage::creation;
    return make_shard_disabled_subscription(endpoints_, client_id_, conduit_id_);
}

SubscriptionStep SubscriptionCheck::begin_survey() {
    if (scope_ == Scope::shard_disabled) return std::move(found_);
    stage_ = Stage::survey;
    return first_request();
}

}  // namespace conduitd
