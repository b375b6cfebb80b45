#pragma once

#include "twitch_sim/model/model.hpp"

#include <cstdint>
#include <optional>

namespace twitch_sim {

// When events happen: the k-th is due k / rate seconds after the start, exactly, however late the
// driver calls. It starts when there is somebody to hear, so that a bounded number of events is
// not spent before the first worker is there.
class Generator {
public:
    Generator(double events_per_second, std::optional<std::uint64_t> events_max)
        : rate_(events_per_second), events_max_(events_max) {}

    // Starts over with another rate (0: stops) and bound.
    void set(double events_per_second, std::optional<std::uint64_t> events_max);

    // Somebody is there to hear. Only the first call after construction or set() counts.
    void start(TimePoint now);

    [[nodiscard]] TimePoint deadline() const;  // when the next event is due

    // Takes the next event when it is due. Several may be due when the driver is late.
    [[nodiscard]] bool try_take(TimePoint now);

    [[nodiscard]] double events_per_second() const { return rate_; }
    [[nodiscard]] std::uint64_t events() const { return events_; }

private:
    double rate_;
    std::optional<std::uint64_t> events_max_;
    std::optional<TimePoint> started_at_;
    std::uint64_t events_ = 0;
};

}  // namespace twitch_sim
