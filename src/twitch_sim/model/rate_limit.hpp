#pragma once

#include "twitch_sim/model/clock.hpp"
#include "twitch_sim/model/model.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace twitch_sim {

// The token bucket of each client id: filled to its limit within a minute, one point a call
// (Twitch API guide, "Twitch rate limits").
class RateLimit {
public:
    RateLimit(std::uint32_t points_per_minute, Clock clock)
        : limit_(points_per_minute), clock_(clock) {}

    // Spends a point; false when there is none.
    [[nodiscard]] bool try_spend(const std::string& client_id, TimePoint now);

    // Adds the three `Ratelimit-` headers that every Helix answer has.
    void add_headers(HttpAnswer& answer, const std::string& client_id, TimePoint now) const;

    // The headers of an empty bucket, for an answer 429 that a test asked for.
    void add_exhausted_headers(HttpAnswer& answer, TimePoint now) const;

private:
    struct Bucket {
        double points;
        TimePoint filled_at;
    };
    [[nodiscard]] double points(const std::string& client_id, TimePoint now) const;
    void add(HttpAnswer& answer, double points, WallTime reset) const;

    std::uint32_t limit_;
    Clock clock_;
    std::map<std::string, Bucket> buckets_;  // a client without one has a full bucket
};

}  // namespace twitch_sim
