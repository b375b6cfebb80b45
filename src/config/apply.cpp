#include "config/apply.hpp"

#include "config/shard_setting.hpp"

#include <chrono>
#include <cstdint>
#include <utility>

namespace conduitd::settings {

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

// Whether it is an address is for the system to say.
Outcome apply_http_listen(std::string_view text, Config& config) {
    config.http.address.clear();
    if (text == "none") return std::nullopt;
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return Refusal{"has no port behind a colon"};
    auto address = text.substr(0, colon);
    const bool has_brackets = address.starts_with('[') && address.ends_with(']');
    if (has_brackets) address = address.substr(1, address.size() - 2);
    if (address.empty()) return Refusal{"has no address before the port: 0.0.0.0 or [::] for all"};
    if (!has_brackets && address.find(':') != std::string_view::npos) {
        return Refusal{"has an IPv6 address without brackets"};
    }
    config.http.address = address == "localhost" ? "127.0.0.1" : std::string(address);
    return put(parse_number(text.substr(colon + 1), 0, 65'535), config.http.port);
}

Outcome apply_http_hosts(std::string_view text, Config& config) {
    auto& hosts = config.http.hosts;
    hosts.clear();
    return each_item(text, [&hosts](std::string_view item) -> Outcome {
        if (hosts.size() == 64) return Refusal{"names more than 64 hosts"};
        return put(parse_identifier(item), hosts.emplace_back());
    });
}

Outcome apply_conduit_id(std::string_view text, Config& config) {
    config.conduit.id.clear();
    if (text == "auto") return std::nullopt;
    return put(parse_identifier(text), config.conduit.id);
}

Outcome apply_shards(std::string_view text, Config& config) {
    auto choice = parse_shard_choice(text);
    if (!choice) return choice.error();
    config.shard.ids = std::move(choice->listed);
    config.shard.is_ordinal = choice->is_ordinal;
    return std::nullopt;
}

Outcome apply_when_full(std::string_view text, Config& config) {
    using WhenFull = Config::ShardSettings::WhenFull;
    const auto choice = parse_word<WhenFull>(
        text, {{"wait", WhenFull::wait}, {"grow", WhenFull::grow}, {"exit", WhenFull::exit}});
    return put(choice, config.shard.when_full);
}

Outcome apply_when_superseded(std::string_view text, Config& config) {
    using WhenSuperseded = Config::ShardSettings::WhenSuperseded;
    const auto choice = parse_word<WhenSuperseded>(
        text, {{"standby", WhenSuperseded::stand_by}, {"exit", WhenSuperseded::exit}});
    return put(choice, config.shard.when_superseded);
}

Outcome apply_park(std::string_view text, Config& config) {
    return put(parse_word<bool>(text, {{"auto", true}, {"never", false}}), config.drain.parks);
}

Outcome apply_sink_type(std::string_view text, Config& config) {
    const auto type = parse_word<SinkType>(text, {{"stdout", SinkType::standard_output},
                                                  {"unix", SinkType::unix_listen},
                                                  {"unix-connect", SinkType::unix_connect}});
    return put(type, config.sink.type);
}

Outcome apply_sink_format(std::string_view text, Config& config) {
    const auto format = parse_word<SinkFormat>(
        text, {{"annotated", SinkFormat::annotated}, {"raw", SinkFormat::raw}});
    return put(format, config.sink.format);
}

// With nothing behind the `@` the system would draw a name, which nobody knows.
Outcome apply_unix_path(std::string_view text, Config& config) {
    if (text == "@") return Refusal{"has no name behind the @"};
    return put(parse_path(text), config.sink.unix_socket.path);
}

Outcome apply_allow_uids(std::string_view text, Config& config) {
    constexpr std::uint64_t uid_max = 4'294'967'294;  // the one above means "none"
    auto& uids = config.sink.unix_socket.allow_uids;
    uids.clear();
    return each_item(text, [&uids](std::string_view item) {
        return put(parse_number(item, 0, uid_max), uids.emplace_back());
    });
}

Outcome apply_consumers(std::string_view text, Config& config) {
    auto& names = config.sink.unix_socket.consumers;
    names.clear();
    return each_item(text, [&names](std::string_view item) -> Outcome {
        if (names.size() == 64) return Refusal{"names more than 64 consumers"};
        return put(parse_consumer_name(item), names.emplace_back());
    });
}

Outcome apply_spool_dir(std::string_view text, Config& config) {
    config.spool.dir.clear();
    if (text == "memory") return std::nullopt;
    return put(parse_path(text), config.spool.dir);
}

Outcome apply_spool_sync(std::string_view text, Config& config) {
    const auto sync = parse_word<SpoolSync>(text, {{"always", SpoolSync::always},
                                                   {"interval", SpoolSync::interval},
                                                   {"never", SpoolSync::none}});
    return put(sync, config.spool.sync);
}

Outcome apply_age(std::string_view text, Duration min, Duration& age) {
    using std::chrono::hours;
    age = Duration::zero();
    if (text == "none") return std::nullopt;
    return put(parse_seconds(text, min, hours(24 * 3650)), age);
}

Outcome apply_command(std::string_view text, std::string& place) {
    place.clear();
    if (text.empty()) return std::nullopt;
    return put(parse_command(text), place);
}

Outcome apply_seconds(std::string_view text, int min, int max, Duration& place) {
    using std::chrono::seconds;
    return put(parse_seconds(text, seconds(min), seconds(max)), place);
}

}  // namespace conduitd::settings
