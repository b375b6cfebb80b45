#pragma once

#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace conduitd {

// How near something is to its limit.
enum class Level {
    available,  // there is room
    high,       // the first limit: time to do something about it
    overload,   // the last limit: what comes on top of it has to wait
};

[[nodiscard]] std::string_view name_of(Level level);

struct LevelLimits {
    // Shares of what can be borne, 1 for all of it; available < high < overload.
    double available = 0.5;
    double high = 0.7;
    double overload = 0.9;
    // A share has to stay beyond its limit for so long before the level follows it.
    Duration enter_after = std::chrono::seconds(3);
    Duration leave_after = std::chrono::seconds(30);
};

struct LevelChange {
    Level from{};
    Level to{};
};

// A level that follows a share, slowly enough that it does not flap: each limit is entered above
// one share and left below a lower one, and either only after a time. A row that is not here
// changes nothing, so between `available` and `high` either of these two levels lasts.
//
//   level      | share                     | for         | becomes
//   -----------+---------------------------+-------------+-----------
//   available  | overload or more          | enter_after | overload
//   available  | high or more              | enter_after | high
//   high       | overload or more          | enter_after | overload
//   high       | less than available       | leave_after | available
//   overload   | less than available       | leave_after | available
//   overload   | less than high            | leave_after | high
//
// Where two rows hold, the upper one does: a jump is one change. Two changes into the same level
// are at least leave_after apart, whatever the share does.
class LevelGauge {
public:
    explicit LevelGauge(LevelLimits limits) : limits_(limits) {}

    // The share as measured at `now`, which is not before the last one; it counts as unchanged
    // until the next. A share that is not a number is beyond no limit.
    [[nodiscard]] std::optional<LevelChange> on_share(double share, TimePoint now);

    [[nodiscard]] Level level() const { return level_; }
    // Changes into this level; the one at the start is none.
    [[nodiscard]] std::uint64_t times_entered(Level level) const {
        return entered_[static_cast<std::size_t>(level)];
    }

private:
    // Since when something has been so without a break.
    class Spell {
    public:
        void update(bool holds, TimePoint now) {
            if (!holds) {
                since_.reset();
            } else if (!since_) {
                since_ = now;
            }
        }
        [[nodiscard]] bool has_lasted(Duration duration, TimePoint now) const {
            return since_ && now - *since_ >= duration;
        }

    private:
        std::optional<TimePoint> since_;
    };

    [[nodiscard]] Level next_level(TimePoint now) const;

    LevelLimits limits_;
    Level level_ = Level::available;
    Spell over_overload_;
    Spell over_high_;
    Spell below_high_;
    Spell below_available_;
    std::array<std::uint64_t, 3> entered_{};
};

}  // namespace conduitd
