#include "worker/claim_check.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

ClaimCheck::State ClaimCheck::state(TimePoint now) const {
    const bool is_old = state_ != State::reading && now - since_ > options_.age_max;
    return is_old ? State::idle : state_;
}

void ClaimCheck::begin(ShardSet shards, ShardLook::From from, TimePoint now) {
    pages_.emplace(std::move(shards), from);
    state_ = State::reading;
    since_ = now;
}

std::optional<std::string> ClaimCheck::on_page(const Completion& completion, TimePoint now) {
    call_.reset();
    auto step = pages_->on_page(completion);
    if (auto* const further = std::get_if<LookFurther>(&step)) return std::move(further->cursor);
    const auto* const seen = std::get_if<ShardsSeen>(&step);
    // Read again because it is too old at once, it would keep the claim waiting for longer.
    const bool is_old = now - since_ > options_.age_max;
    if (is_old && give_up_at_ == never) {
        state_ = State::idle;
        return std::nullopt;
    }
    if (seen == nullptr || is_old) {
        pass(now);
        return std::nullopt;
    }
    listing_ = Listing(Listing::shards_max);
    listing_.add({seen->shards, {}}, std::nullopt, {{}, since_});
    state_ = State::read;
    give_up_at_ = never;
    return std::nullopt;
}

void ClaimCheck::await(Duration wait_max, TimePoint now) {
    give_up_at_ = std::min(give_up_at_, now + wait_max);
}

std::optional<CallId> ClaimCheck::give_up(TimePoint now) {
    const auto call = call_;
    pass(now);
    return call;
}

void ClaimCheck::pass(TimePoint now) {
    state_ = State::passed;
    since_ = now;
    give_up_at_ = never;
    call_.reset();
}

std::optional<CallId> ClaimCheck::forget() {
    state_ = State::idle;
    give_up_at_ = never;
    return std::exchange(call_, std::nullopt);
}

}  // namespace conduitd
