#include "conduitd/service_environment.hpp"

#include <charconv>
#include <cstdint>
#include <string_view>

namespace conduitd {
namespace {

std::optional<std::int64_t> parse_number(std::string_view text) {
    std::int64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    return number;
}

}  // namespace

ServiceEnvironment service_environment(const std::map<std::string, std::string>& environment,
                                       int pid) {
    const auto text = [&environment](const char* name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::string() : found->second;
    };
    ServiceEnvironment service{text("NOTIFY_SOCKET"), std::nullopt};
    const auto meant = text("WATCHDOG_PID");
    if (!meant.empty() && parse_number(meant) != pid) return service;
    // An interval that does not fit into a Duration is no watchdog's.
    const auto microseconds = parse_number(text("WATCHDOG_USEC"));
    const auto microseconds_max =
        std::chrono::duration_cast<std::chrono::microseconds>(Duration::max()).count();
    if (microseconds && *microseconds > 0 && *microseconds <= microseconds_max) {
        service.watchdog = std::chrono::microseconds(*microseconds);
    }
    return service;
}

}  // namespace conduitd
