#include "twitch_sim/model/generator.hpp"

namespace twitch_sim {
namespace {

// What is due later, decades from now, is never due: nanoseconds could not say when.
constexpr double seconds_max = 1e9;

}  // namespace

void Generator::set(double events_per_second, std::optional<std::uint64_t> events_max) {
    *this = Generator(events_per_second, events_max);
}

void Generator::start(TimePoint now) {
    if (!started_at_) started_at_ = now;
}

TimePoint Generator::deadline() const {
    const bool is_done = events_max_ && events_ >= *events_max_;
    if (!started_at_ || rate_ <= 0 || is_done) return conduitd::never;
    const double seconds = static_cast<double>(events_ + 1) / rate_;
    if (seconds > seconds_max) return conduitd::never;
    return *started_at_ +
           std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

bool Generator::try_take(TimePoint now) {
    if (deadline() > now) return false;
    ++events_;
    return true;
}

}  // namespace twitch_sim
