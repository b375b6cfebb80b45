#include "twitch_sim/model/switches.hpp"

#include "twitch_sim/model/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

namespace twitch_sim {
namespace {

using Seconds = std::chrono::duration<double>;

// The enumerators stand in the order of the row's `values`.
template <auto member>
bool set_side(const Switch& self, Switches& switches, std::string_view value) {
    using Side = std::remove_reference_t<decltype(switches.*member)>;
    const auto position = position_of_word(self.values, value);
    if (position) switches.*member = static_cast<Side>(*position);
    return position.has_value();
}

template <auto member>
std::string show_side(const Switch& self, const Switches& switches) {
    return std::string(word_at(self.values, static_cast<std::size_t>(switches.*member)));
}

template <auto member>
bool set_seconds(const Switch& self, Switches& switches, std::string_view value) {
    double seconds = 0;
    const char* const last = value.data() + value.size();
    const auto [end, error] = std::from_chars(value.data(), last, seconds);
    const bool is_number = error == std::errc() && end == last && std::isfinite(seconds);
    if (!is_number || seconds < self.seconds_min || seconds > self.seconds_max) return false;
    switches.*member = std::chrono::duration_cast<Duration>(Seconds(seconds));
    return true;
}

template <auto member>
std::string show_seconds(const Switch&, const Switches& switches) {
    return fmt::format("{:g}", Seconds(switches.*member).count());
}

// No seconds: never.
bool set_reconnect_after(const Switch& self, Switches& switches, std::string_view value) {
    Switches read;
    if (!set_seconds<&Switches::entry_gap>(self, read, value)) return false;
    switches.reconnect_after.reset();
    if (read.entry_gap > Duration::zero()) switches.reconnect_after = read.entry_gap;
    return true;
}

std::string show_reconnect_after(const Switch&, const Switches& switches) {
    return fmt::format("{:g}",
                       Seconds(switches.reconnect_after.value_or(Duration::zero())).count());
}

template <auto member>
constexpr Switch side(std::string_view name, std::string_view values, std::string_view about) {
    return {name, values, 0, 0, about, set_side<member>, show_side<member>};
}

template <auto member>
constexpr Switch seconds(std::string_view name, double min, double max, std::string_view about) {
    return {name, {}, min, max, about, set_seconds<member>, show_seconds<member>};
}

constexpr Switch switches_table[] = {
    side<&Switches::shrink>("shrink", "remove|leave_listed", "Shards beyond a smaller shard count"),
    side<&Switches::unbound_shards>("unbound_shards", "omitted|listed",
                                    "Shards that never had a transport, in listings"),
    side<&Switches::claim_errors>("claim_errors", "empty|absent|null",
                                  "`errors` of a shard update without any"),
    side<&Switches::dead_session_code>("dead_session_code", "invalid_parameter|status_name",
                                       "Error code of a session that is not connected"),
    seconds<&Switches::entry_gap>("entry_gap", 0, 60, "Time between the entries of a shard update"),
    side<&Switches::helix_timestamps>("helix_timestamps", "seconds|nanoseconds",
                                      "Times of WebSocket transports in Helix answers"),
    seconds<&Switches::loss_noticed_after>("loss_noticed_after", 0, 3600,
                                           "How late a loss without FIN is noticed"),
    side<&Switches::unused_after>("unused_after", "limit|keepalive",
                                  "What the time limit for unused sessions (4003) is"),
    side<&Switches::client_ping>("client_ping", "tolerated|closed",
                                 "A client's own pings (closed: 4001)"),
    side<&Switches::ping_payload>("ping_payload", "alternating|empty|text",
                                  "Payload of the server's pings"),
    seconds<&Switches::ping_period>("ping_period", 0, 3600,
                                    "Time between the server's pings; 0: none"),
    side<&Switches::escapes>("escapes", "escaped|plain", "`&`, `<` and `>` in strings"),
    side<&Switches::resend>("resend", "once|none", "Events whose shard is disabled"),
    side<&Switches::reconnect_path>("reconnect_path", "path|none", "Path of reconnect URLs"),
    {"reconnect_after",
     {},
     0,
     86'400,
     "Order each session to reconnect so long after its welcome; 0: never",
     set_reconnect_after,
     show_reconnect_after},
    seconds<&Switches::overlap>("overlap", 0, 60, "How long O gets events after the welcome of N"),
    side<&Switches::reconnect_id>("reconnect_id", "same|fresh",
                                  "Whether a session keeps its id in a reconnect"),
};

}  // namespace

std::span<const Switch> all_switches() {
    return switches_table;
}

const Switch* find_switch(std::string_view name) {
    const auto* const found = std::ranges::find(switches_table, name, &Switch::name);
    return found == std::end(switches_table) ? nullptr : found;
}

std::string describe_values(const Switch& one) {
    if (!one.values.empty()) return list_words(one.values);
    return fmt::format("a number of seconds from {:g} to {:g}", one.seconds_min, one.seconds_max);
}

}  // namespace twitch_sim
