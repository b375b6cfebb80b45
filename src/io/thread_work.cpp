#include "io/thread_work.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <unistd.h>

namespace conduitd {
namespace {

// "<ns it ran> <ns it waited> <times it ran>"
std::optional<Duration> parse_statistics(std::string_view text) {
    std::int64_t ran = 0;
    std::int64_t waited = 0;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, ran);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != ' ') return std::nullopt;
    if (std::from_chars(first.ptr + 1, end, waited).ec != std::errc()) return std::nullopt;
    return Duration(ran + waited);
}

Duration time_on_processor() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

ThreadWork::ThreadWork()
    : statistics_(::open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)) {}

Duration ThreadWork::total() const {
    std::array<char, 128> text{};
    const auto bytes = ::pread(statistics_.number(), text.data(), text.size(), 0);
    if (bytes <= 0) return time_on_processor();
    return parse_statistics({text.data(), static_cast<std::size_t>(bytes)})
        .value_or(time_on_processor());
}

}  // namespace conduitd
