#include "twitch_sim/model/rate_limit.hpp"

#include <algorithm>

namespace twitch_sim {
namespace {

using Seconds = std::chrono::duration<double>;

}  // namespace

double RateLimit::points(const std::string& client_id, TimePoint now) const {
    const auto found = buckets_.find(client_id);
    if (found == buckets_.end()) return limit_;
    const double refill = Seconds(now - found->second.filled_at).count() * limit_ / 60;
    return std::min<double>(limit_, found->second.points + refill);
}

bool RateLimit::try_spend(const std::string& client_id, TimePoint now) {
    const double left = points(client_id, now);
    if (left < 1) return false;
    buckets_.insert_or_assign(client_id, Bucket{left - 1, now});
    return true;
}

void RateLimit::add_headers(HttpAnswer& answer, const std::string& client_id, TimePoint now) const {
    const double left = points(client_id, now);
    const double missing = limit_ == 0 ? 60 : (limit_ - left) * 60 / limit_;
    const auto wait = std::chrono::duration_cast<Duration>(Seconds(missing));
    add(answer, left, clock_.wall(now) + wait);
}

void RateLimit::add_exhausted_headers(HttpAnswer& answer, TimePoint now) const {
    add(answer, 0, clock_.wall(now) + std::chrono::seconds(1));
}

void RateLimit::add(HttpAnswer& answer, double points, WallTime reset) const {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(reset.time_since_epoch());
    answer.headers.emplace_back("Ratelimit-Limit", std::to_string(limit_));
    answer.headers.emplace_back("Ratelimit-Remaining",
                                std::to_string(static_cast<std::uint64_t>(points)));
    answer.headers.emplace_back("Ratelimit-Reset", std::to_string(seconds.count()));
}

}  // namespace twitch_sim
