#pragma once

#include "base/backoff.hpp"
#include "base/defect.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace conduitd {

struct RedialOptions {
    // The first dial behind a loss comes at once, but for this times the sessions of the conduit:
    // they may all have been lost.
    Duration first_jitter = std::chrono::milliseconds(1);
    Duration first_jitter_max = std::chrono::milliseconds(40);
    // Losses of bound sessions are answered at once, and sessions in doubt replaced at once, out of
    // an allowance of time that fills up as time goes by. A dial takes `price` of it: a hundred in
    // a row are paid for, and one a second for ever, which a session that lives for a second earns
    // by itself. One behind a session that had the shard for less than a moment until it was closed
    // takes ten times that: where Twitch closes each right behind its claim, ten are dialled in a
    // row and one more every ten seconds. A link that was cut is the network's doing and takes no
    // more. Dials that are not paid for wait as long as the backoff says.
    Duration allowance = std::chrono::seconds(100);
    Duration price = std::chrono::seconds(1);
    Duration price_after_moment = std::chrono::seconds(10);
    Duration moment = std::chrono::milliseconds(100);
    Duration delay_min = std::chrono::milliseconds(500);
    Duration delay_max = std::chrono::seconds(30);
    // A dial storm answered with 429 has been seen on the real service; it wants 15 to 30 s.
    Duration busy_delay_min = std::chrono::seconds(15);
    Duration busy_delay_max = std::chrono::seconds(30);
    // Only a session bound for so long makes the backoff start anew.
    Duration stable_after = std::chrono::minutes(1);
};

// When to dial again after a loss: behind a bound session at once, as far as the allowance goes,
// then, and as long as no session gets bound, with exponential backoff and full jitter.
class Redial {
public:
    explicit Redial(RedialOptions options)
        : options_(options), backoff_(options.delay_min, options.delay_max) {}

    [[nodiscard]] TimePoint after_loss(TimePoint now, Random& random) {
        if (std::exchange(is_first_, false) && may_dial_at_once(now)) {
            return std::max(now, not_before_) + random.up_to(first_jitter_);
        }
        return std::max(now + backoff_.next(random), not_before_);
    }

    void set_fleet_size(std::size_t sessions) {
        const auto count = static_cast<Duration::rep>(std::min<std::size_t>(sessions, 1000));
        first_jitter_ = std::min(options_.first_jitter * count, options_.first_jitter_max);
    }

    // A session dialled before this could not be claimed.
    void wait_until(TimePoint time) { not_before_ = std::max(not_before_, time); }

    [[nodiscard]] TimePoint not_before(TimePoint now) const { return std::max(now, not_before_); }

    [[nodiscard]] TimePoint after_refusal(TimePoint now, Random& random) {
        is_first_ = false;
        refused_until_ = now + options_.busy_delay_min;
        wait_until(now + options_.busy_delay_min +
                   random.up_to(options_.busy_delay_max - options_.busy_delay_min));
        return not_before_;
    }

    // Whether a bound session may be replaced now; else after_loss() says when. That is not put off
    // for want of points: the session has little time left, and the claim may wait. But it is where
    // an upgrade was refused for too many dials.
    [[nodiscard]] bool may_replace(TimePoint now) {
        is_first_ = refused_until_ <= now && may_dial_at_once(now);
        return is_first_;
    }

    // A session that was bound from `since` until `now` has ended, or is to be replaced.
    void on_bound_spell(TimePoint since, TimePoint now, bool was_cut = false) {
        is_first_ = true;
        const bool was_moment = !was_cut && now - since < options_.moment;
        price_ = was_moment && !is_planted(Defect::moments_not_paced) ? options_.price_after_moment
                                                                      : options_.price;
        const bool was_stable = now - since >= options_.stable_after;
        if (was_stable || is_planted(Defect::backoff_reset_on_binding)) backoff_.reset();
    }

private:
    // Pays for a dial, if there is enough left.
    [[nodiscard]] bool may_dial_at_once(TimePoint now) {
        const auto spent = std::max(spent_until_, now - options_.allowance) + price_;
        if (spent > now) return false;
        spent_until_ = spent;
        return true;
    }

    RedialOptions options_;
    Duration first_jitter_ = options_.first_jitter;
    Backoff backoff_;
    bool is_first_ = true;
    Duration price_ = options_.price;           // of the next dial at once
    TimePoint spent_until_ = TimePoint::min();  // the allowance is what lies between this and now
    TimePoint not_before_ = TimePoint::min();
    TimePoint refused_until_ = TimePoint::min();
};

}  // namespace conduitd
