#include "load_generator/event_batch.hpp"

#include "message_id.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <cstring>

namespace bench {
namespace {

constexpr std::size_t fraction_digits = 9;
constexpr std::size_t fraction_at = time_bytes - 1 - fraction_digits;

}  // namespace

EventBatch::EventBatch(const EventFrame& frame, std::size_t events_max)
    : frame_bytes_(frame.bytes.size()),
      id_at_(frame.id_at),
      time_at_(frame.time_at),
      events_max_(events_max) {
    bytes_.reserve(events_max * frame_bytes_);
    for (std::size_t i = 0; i < events_max; ++i) bytes_ += frame.bytes;
}

std::string_view EventBatch::fill(std::uint64_t first, std::size_t events, WallTime at,
                                  std::chrono::nanoseconds interval) {
    char* frame = bytes_.data();
    for (std::size_t i = 0; i < events; ++i, frame += frame_bytes_, at += interval) {
        write_id(frame + id_at_, first + i);
        write_time(frame + time_at_, at);
    }
    return {bytes_.data(), events * frame_bytes_};
}

void EventBatch::write_time(char* to, WallTime time) {
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    if (second != second_) {
        second_ = second;
        fmt::format_to_n(second_text_.data(), second_text_.size(),
                         "{:%Y-%m-%dT%H:%M:%S}.000000000Z",
                         fmt::gmtime(std::chrono::system_clock::to_time_t(second)));
    }
    std::memcpy(to, second_text_.data(), second_text_.size());
    auto fraction = (time - second).count();
    for (std::size_t i = fraction_digits; i-- > 0; fraction /= 10) {
        to[fraction_at + i] = static_cast<char>('0' + fraction % 10);
    }
}

}  // namespace bench
