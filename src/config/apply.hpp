#pragma once

#include "config/config.hpp"
#include "config/parse_value.hpp"

#include <optional>
#include <string>
#include <string_view>

// Puts the text of one setting into its place in the configuration, where that takes more than to
// parse it: words that stand for nothing, words of an enumeration, lists. Each answers what is
// wrong with the text, or nothing.
namespace conduitd::settings {

using Outcome = std::optional<Refusal>;

// For a setting whose text is nothing but its value.
template <class T, class Place>
Outcome put(const Parsed<T>& parsed, Place& place) {
    if (!parsed) return parsed.error();
    place = static_cast<Place>(*parsed);
    return std::nullopt;
}

[[nodiscard]] Outcome apply_ca_file(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_log_level(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_log_format(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_control_path(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_http_listen(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_http_hosts(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_conduit_id(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_shards(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_when_full(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_when_superseded(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_park(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_sink_type(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_sink_format(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_unix_path(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_allow_uids(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_consumers(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_spool_dir(std::string_view text, Config& config);
[[nodiscard]] Outcome apply_spool_sync(std::string_view text, Config& config);

// Each for several settings.
[[nodiscard]] Outcome apply_age(std::string_view text, Duration min, Duration& age);
[[nodiscard]] Outcome apply_command(std::string_view text, std::string& place);
[[nodiscard]] Outcome apply_seconds(std::string_view text, int min, int max, Duration& place);

}  // namespace conduitd::settings
