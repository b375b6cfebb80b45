#pragma once

#include "config/config.hpp"
#include "config/parse_value.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace conduitd::settings {

enum class Disclosure {
    open,    // may be printed, and given as a flag
    secret,  // never printed, never a flag; may come from a file
};

// One row of the table that everything else is made from: the YAML walk, the environment, the
// flags, the effective listing and the help.
struct Setting {
    std::string_view name;   // "shard.id": its YAML path and, behind `--`, its flag
    std::string_view alias;  // a variable people already use, "TWITCH_SHARD_ID"; or empty
    Disclosure disclosure;
    std::string_view kind;      // of the value, as short as the help wants it: "PATH", "0..19999"
    std::string_view fallback;  // the default as it would be written; empty when there is none
    std::string_view absent;    // what holds when there is neither value nor `fallback`, in words
    std::string_view values;    // what is allowed, in words
    std::string_view help;      // one sentence
    // Puts the value of `text` into its place, or says what is wrong with it.
    std::optional<Refusal> (*apply)(std::string_view text, Config& config);
    bool takes_list = false;  // of words: in YAML a list, elsewhere with commas

    [[nodiscard]] bool is_secret() const { return disclosure == Disclosure::secret; }
};

// In the order in which people read them; alive as long as the program.
[[nodiscard]] std::span<const Setting> all_settings();

// nullptr when there is none of that name.
[[nodiscard]] const Setting* find_setting(std::string_view name);

// "CONDUITD_SHARD_ID".
[[nodiscard]] std::string environment_name(const Setting& setting);

// Names of what comes in a file of its own, for a secret: the YAML key "twitch.client_secret_file",
// and what is appended to a variable's name.
[[nodiscard]] std::string file_key(const Setting& setting);
inline constexpr std::string_view file_variable_suffix = "_FILE";

inline constexpr std::string_view environment_prefix = "CONDUITD_";

// The settings that a rule beyond their own row speaks of.
namespace name {
inline constexpr std::string_view client_id = "twitch.client_id";
inline constexpr std::string_view client_secret = "twitch.client_secret";
inline constexpr std::string_view access_token = "twitch.access_token";
inline constexpr std::string_view allow_plaintext = "twitch.allow_plaintext";
inline constexpr std::string_view id_url = "twitch.id_url";
inline constexpr std::string_view helix_url = "twitch.helix_url";
inline constexpr std::string_view eventsub_url = "twitch.eventsub_url";
inline constexpr std::string_view shard_id = "shard.id";
inline constexpr std::string_view shard_offset = "shard.offset";
inline constexpr std::string_view when_full = "shard.when_full";
inline constexpr std::string_view shard_max = "shard.max";
inline constexpr std::string_view when_superseded = "shard.when_superseded";
inline constexpr std::string_view state_dir = "state.dir";
inline constexpr std::string_view control_path = "control.path";
inline constexpr std::string_view http_listen = "http.listen";
inline constexpr std::string_view worker_name = "name";
inline constexpr std::string_view spool_dir = "spool.dir";
inline constexpr std::string_view sink_type = "sink.type";
inline constexpr std::string_view unix_path = "sink.unix.path";
inline constexpr std::string_view load_available = "load.available";
inline constexpr std::string_view load_high = "load.high";
inline constexpr std::string_view load_overload = "load.overload";
inline constexpr std::string_view backlog_available = "backlog.available";
inline constexpr std::string_view backlog_high = "backlog.high";
inline constexpr std::string_view backlog_overload = "backlog.overload";
}  // namespace name

}  // namespace conduitd::settings
