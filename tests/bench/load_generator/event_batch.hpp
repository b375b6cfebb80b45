#pragma once

#include "load_generator/event_frame.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

// Frames one behind the other, rendered once; for every use ids and times are written into them.
class EventBatch {
public:
    EventBatch(const EventFrame& frame, std::size_t events_max);

    [[nodiscard]] std::size_t events_max() const { return events_max_; }

    // The frames of `events` events, at most events_max(), with numbers from `first` on; each is
    // `interval` later than the one before. Lives until the next call.
    [[nodiscard]] std::string_view fill(std::uint64_t first, std::size_t events, WallTime at,
                                        std::chrono::nanoseconds interval);

private:
    void write_time(char* to, WallTime time);

    std::size_t frame_bytes_;
    std::size_t id_at_;
    std::size_t time_at_;
    std::size_t events_max_;
    std::string bytes_;
    std::chrono::sys_seconds second_{};           // what `second_text_` says
    std::array<char, time_bytes> second_text_{};  // its fraction is written over
};

}  // namespace bench
