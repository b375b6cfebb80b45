#pragma once

#include "twitch_sim/model/model.hpp"

#include <string>

namespace twitch_sim {

// The time of day that belongs to a point of the model's virtual time.
class Clock {
public:
    explicit Clock(WallTime epoch) : epoch_(epoch) {}
    [[nodiscard]] WallTime wall(TimePoint now) const { return epoch_ + now.time_since_epoch(); }

private:
    WallTime epoch_;
};

// "2026-03-04T05:07:01.3004005Z": up to nine fractional digits, trailing zeros dropped, as in
// captured EventSub frames.
[[nodiscard]] std::string timestamp(WallTime time);

// "2026-03-04T05:07:01Z": Helix answers for WebSocket transports carry whole seconds (observed in
// captured answers).
[[nodiscard]] std::string timestamp_seconds(WallTime time);

}  // namespace twitch_sim
