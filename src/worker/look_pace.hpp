#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace conduitd {

// How often one worker may read the whole listing in the background. There is no call for a single
// shard, each page costs a point, and all workers of a client id share one bucket (800 points a
// minute by default, Helix rate limits): together they get a tenth of it.
//
//     period = max(30 s, sessions x calls a look / (limit / 10) minutes)
//
//     workers   pages   period
//           1       1   30 s
//         100       1   2 min 30 s
//       1,000      10   2 h 18 min: no looks in the background
//      20,000     200   no looks in the background
//
// Beyond an hour they are not worth their points: `never`.
inline constexpr Duration look_period_min = std::chrono::seconds(30);
inline constexpr Duration look_period_max = std::chrono::hours(1);
inline constexpr std::uint32_t points_a_minute_usual = 800;

[[nodiscard]] constexpr Duration look_period(std::size_t sessions, std::size_t pages,
                                             std::uint32_t points_a_minute) {
    const auto calls = sessions * (pages + 1);  // and one for the count
    const auto share = std::max<std::size_t>(points_a_minute / 10, 1);
    const auto period = std::chrono::seconds(calls * 60 / share);
    if (period > look_period_max) return Duration::max();
    return std::max<Duration>(look_period_min, period);
}

// Whether workers read where their shards are before they claim them again (claim_check.hpp).
// Twitch may tell all sessions of a conduit to move at once: each worker then reads so many pages
// and claims twice, and nobody can wait for his turn. So that there are points for the claims, what
// is read is to be a quarter of a minute's at most:
//
//     workers   pages   calls of all at once   of 800 points
//           1       1                      1   read
//         100       1                    100   read
//         200       1                    200   read
//       1,000       1                  1,000   claimed unread
//      20,000       1                 20,000   claimed unread
//
// So in a fleet that large a worker that has not read the listing since may take a shard back.
[[nodiscard]] constexpr bool may_check_claims(std::size_t sessions, std::size_t pages,
                                              std::uint32_t points_a_minute) {
    return sessions * pages <= points_a_minute / 4;
}

// When to read the listing because a session has changed: four times at once, and once more every
// ten seconds. Whose sessions are lost one after the other needs its points for claims.
class LookAllowance {
public:
    [[nodiscard]] TimePoint next_at(TimePoint now) const {
        return std::max(now, spent_until_ + price);
    }
    // A look begins, for whatever reason.
    void take(TimePoint now) {
        spent_until_ = std::min(std::max(spent_until_, now - size) + price, now);
    }

private:
    static constexpr Duration price = std::chrono::seconds(10);
    static constexpr Duration size = 4 * price;
    TimePoint spent_until_{};
};

}  // namespace conduitd
