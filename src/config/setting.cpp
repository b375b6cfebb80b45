#include "config/setting.hpp"

#include "config/endpoint.hpp"

#include <algorithm>
#include <chrono>

namespace conduitd::settings {
namespace {

using Outcome = std::optional<Refusal>;

template <class T, class Place>
Outcome put(const Parsed<T>& parsed, Place& place) {
    if (!parsed) return parsed.error();
    place = static_cast<Place>(*parsed);
    return std::nullopt;
}

Outcome apply_ca_file(std::string_view text, Config& config) {
    config.twitch.ca_file.clear();
    if (text.empty()) return std::nullopt;
    return put(parse_path(text), config.twitch.ca_file);
}

Outcome apply_log_level(std::string_view text, Config& config) {
    const auto level = parse_word<LogLevel>(text, {{"debug", LogLevel::debug},
                                                   {"info", LogLevel::info},
                                                   {"warn", LogLevel::warn},
                                                   {"error", LogLevel::error}});
    return put(level, config.log.level);
}

Outcome apply_log_format(std::string_view text, Config& config) {
    const auto format =
        parse_word<LogFormat>(text, {{"text", LogFormat::text}, {"json", LogFormat::json}});
    return put(format, config.log.format);
}

Outcome apply_control_path(std::string_view text, Config& config) {
    config.control.path.clear();
    if (text == "none") return std::nullopt;
    return put(parse_path(text), config.control.path);
}

Outcome apply_conduit_id(std::string_view text, Config& config) {
    config.conduit.id.clear();
    if (text == "auto") return std::nullopt;
    return put(parse_identifier(text), config.conduit.id);
}

// The only type there is has no place in Config.
Outcome apply_sink_type(std::string_view text, Config&) {
    if (text == "stdout") return std::nullopt;
    if (text == "unix" || text == "unix-connect") {
        return Refusal{"is a sink that comes with a later version"};
    }
    return Refusal{"is not a sink"};
}

Outcome apply_sink_format(std::string_view text, Config& config) {
    const auto format = parse_word<SinkFormat>(
        text, {{"annotated", SinkFormat::annotated}, {"raw", SinkFormat::raw}});
    return put(format, config.sink.format);
}

Outcome apply_spool_dir(std::string_view text, Config&) {
    if (text == "memory") return std::nullopt;
    if (text.empty()) return Refusal{"is empty"};
    return Refusal{"is a folder, and the durable spool comes with a later version"};
}

constexpr std::uint64_t mebibyte = 1024ULL * 1024;

constexpr Setting table[] = {
    {name::client_id, "TWITCH_CLIENT_ID", Disclosure::open, "ID", "", "none",
     "printable ASCII without blanks, at most 256 bytes",
     "The client id of the application that owns the conduit.",
     [](std::string_view text, Config& config) {
         return put(parse_identifier(text), config.twitch.client_id);
     }},
    {name::client_secret, "TWITCH_CLIENT_SECRET", Disclosure::secret, "SECRET", "", "none",
     "printable ASCII without blanks, at most 4096 bytes",
     "The client secret of that application; app access tokens are asked for with it.",
     [](std::string_view text, Config& config) {
         return put(parse_secret(text), config.twitch.client_secret);
     }},
    {name::access_token, "TWITCH_ACCESS_TOKEN", Disclosure::secret, "TOKEN", "", "none",
     "printable ASCII without blanks, at most 4096 bytes",
     "An app access token to use as it is, in place of the client secret.",
     [](std::string_view text, Config& config) {
         return put(parse_secret(text), config.twitch.access_token);
     }},
    {"twitch.ca_file", "", Disclosure::open, "PATH", "", "the system's trust store",
     "the path of a PEM file", "The certificates that TLS trusts in place of the system's.",
     apply_ca_file},
    {name::allow_plaintext, "", Disclosure::open, "true|false", "false", "", "true or false",
     "Accepts http:// and ws:// URLs of hosts that are not loopback.",
     [](std::string_view text, Config& config) {
         return put(parse_truth(text), config.twitch.allow_plaintext);
     }},
    {name::id_url, "", Disclosure::open, "URL", "https://id.twitch.tv", "",
     "an http:// or https:// URL without user name, query and fragment",
     "Where app access tokens are asked for and validated.",
     [](std::string_view text, Config& config) {
         return put(parse_api_url(text), config.twitch.id_url);
     }},
    {name::helix_url, "", Disclosure::open, "URL", "https://api.twitch.tv/helix", "",
     "an http:// or https:// URL without user name, query and fragment", "Where Helix is.",
     [](std::string_view text, Config& config) {
         return put(parse_api_url(text), config.twitch.helix_url);
     }},
    {name::eventsub_url, "", Disclosure::open, "URL", "wss://eventsub.wss.twitch.tv/ws", "",
     "a ws:// or wss:// URL without user name and fragment", "Where EventSub sessions are dialled.",
     [](std::string_view text, Config& config) {
         return put(parse_websocket_url(text), config.twitch.eventsub_url);
     }},
    {"log.level", "", Disclosure::open, "debug|info|warn|error", "info", "",
     "debug, info, warn or error", "The least severe log lines that are written.", apply_log_level},
    {"log.format", "", Disclosure::open, "text|json", "text", "", "text or json",
     "How log lines are written.", apply_log_format},
    {name::state_dir, "", Disclosure::open, "PATH", "",
     "$STATE_DIRECTORY, else $XDG_STATE_HOME/conduitd, else $HOME/.local/state/conduitd",
     "the path of a folder", "Where the access token is kept between runs.",
     [](std::string_view text, Config& config) { return put(parse_path(text), config.state.dir); }},
    {name::control_path, "", Disclosure::open, "PATH|none", "",
     "control-{name}.sock under $RUNTIME_DIRECTORY, else in the state folder",
     "the path of a socket (at most 107 bytes), {name} in it is replaced; or none",
     "The socket that conduitctl asks and gives orders through.", apply_control_path},
    {name::worker_name, "", Disclosure::open, "NAME", "", "the shard's number",
     "letters, digits, '.', '_' and '-', at most 32 bytes",
     "What this worker is called in its status and in paths.",
     [](std::string_view text, Config& config) { return put(parse_name(text), config.name); }},
    {"conduit.id", "TWITCH_CONDUIT_ID", Disclosure::open, "ID|auto", "auto", "",
     "a conduit's id (printable ASCII without blanks, at most 256 bytes), or auto",
     "The conduit; auto is the only one there is, or a new one when there is none.",
     apply_conduit_id},
    {"conduit.shard_count", "", Disclosure::open, "1..20000", "1", "", "a number from 1 to 20000",
     "How many shards a conduit is created with.",
     [](std::string_view text, Config& config) {
         return put(parse_number(text, 1, shard_count_max), config.conduit.shard_count);
     }},
    {name::shard_id, "TWITCH_SHARD_ID", Disclosure::open, "0..19999", "0", "",
     "a number from 0 to 19999", "The shard that this process serves.",
     [](std::string_view text, Config& config) {
         return put(parse_shard_id(text), config.shard.id);
     }},
    {"sink.type", "", Disclosure::open, "stdout", "stdout", "", "stdout", "Where the events go.",
     apply_sink_type},
    {"sink.format", "", Disclosure::open, "annotated|raw", "annotated", "", "annotated or raw",
     "What a line looks like: Twitch's frame with our keys in front, or as it came.",
     apply_sink_format},
    {"spool.dir", "", Disclosure::open, "memory", "memory", "", "memory",
     "Where events wait for the sink.", apply_spool_dir},
    {"spool.max_bytes", "", Disclosure::open, "1MiB..1TiB", "1GiB", "",
     "a size from 1MiB to 1TiB, in bytes or with a unit such as KiB, MB, GiB",
     "How many bytes of events may wait for the sink.",
     [](std::string_view text, Config& config) {
         return put(parse_size(text, mebibyte, mebibyte * mebibyte), config.spool.bytes_max);
     }},
    {"drain.timeout", "", Disclosure::open, "1..300s", "8s", "",
     "seconds from 1 to 300, as 8, 8s or 1m", "How long a planned stop may take.",
     [](std::string_view text, Config& config) {
         using std::chrono::seconds;
         return put(parse_seconds(text, seconds(1), seconds(300)), config.drain.timeout);
     }},
};

}  // namespace

std::span<const Setting> all_settings() {
    return table;
}

const Setting* find_setting(std::string_view name) {
    const auto* const row = std::ranges::find(table, name, &Setting::name);
    return row == std::end(table) ? nullptr : row;
}

std::string environment_name(const Setting& setting) {
    std::string out(environment_prefix);
    for (const char c : setting.name) {
        out += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return out;
}

std::string file_key(const Setting& setting) {
    return std::string(setting.name) + "_file";
}

}  // namespace conduitd::settings
