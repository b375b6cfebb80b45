#include "sink/level.hpp"

#include <utility>

namespace conduitd {

std::string_view name_of(Level level) {
    switch (level) {
        case Level::available:
            return "available";
        case Level::high:
            return "high";
        case Level::overload:
            return "overload";
    }
    return "unknown";
}

std::optional<LevelChange> LevelGauge::on_share(double share, TimePoint now) {
    over_overload_.update(share >= limits_.overload, now);
    over_high_.update(share >= limits_.high, now);
    below_high_.update(share < limits_.high, now);
    below_available_.update(share < limits_.available, now);

    const auto next = next_level(now);
    if (next == level_) return std::nullopt;
    ++entered_[static_cast<std::size_t>(next)];
    return LevelChange{std::exchange(level_, next), next};
}

Level LevelGauge::next_level(TimePoint now) const {
    const auto entering = limits_.enter_after;
    const auto leaving = limits_.leave_after;
    switch (level_) {
        case Level::available:
            if (over_overload_.has_lasted(entering, now)) return Level::overload;
            if (over_high_.has_lasted(entering, now)) return Level::high;
            break;
        case Level::high:
            if (over_overload_.has_lasted(entering, now)) return Level::overload;
            if (below_available_.has_lasted(leaving, now)) return Level::available;
            break;
        case Level::overload:
            if (below_available_.has_lasted(leaving, now)) return Level::available;
            if (below_high_.has_lasted(leaving, now)) return Level::high;
            break;
    }
    return level_;
}

}  // namespace conduitd
