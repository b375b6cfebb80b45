#include "conduitd/takeover_words.hpp"

#include "config/shard_setting.hpp"
#include "spool/document.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstring>
#include <unistd.h>

namespace conduitd {
namespace {

namespace json = boost::json;

std::string_view name_of(SinkType type) {
    switch (type) {
        case SinkType::standard_output:
            return "stdout";
        case SinkType::unix_listen:
            return "unix";
        case SinkType::unix_connect:
            return "unix-connect";
    }
    return "";
}

std::optional<json::object> parse_object(std::string_view text) {
    ErrorCode error;
    auto value = json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

std::string text_of(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains({key.data(), key.size()});
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::int64_t number_of(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains({key.data(), key.size()});
    return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

bool is_true(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains({key.data(), key.size()});
    return value != nullptr && value->is_bool() && value->get_bool();
}

ShardSet shards_of(const json::object& object, std::string_view key) {
    const auto text = text_of(object, key);
    const auto parsed = settings::parse_shard_choice(text);
    return parsed && !text.empty() ? parsed->listed : ShardSet();
}

std::string say_changed(std::string_view setting, std::string_view holder,
                        std::string_view newcomer) {
    return fmt::format("{} has changed from \"{}\" to \"{}\": that takes a restart", setting,
                       holder, newcomer);
}

}  // namespace

TakeoverGreeting greeting_of(const Config& config) {
    return {CONDUITD_VERSION,
            document_version,
            ::getpid(),
            config.name,
            config.spool.dir,
            config.conduit.id.empty() ? "auto" : config.conduit.id,
            config.shard.text(),
            config.twitch.client_id,
            std::string(name_of(config.sink.type))};
}

std::string to_text(const TakeoverGreeting& greeting) {
    return json::serialize(json::value{{"version", greeting.version},
                                       {"spool_format", greeting.spool_format},
                                       {"pid", greeting.pid},
                                       {"name", greeting.name},
                                       {"spool_dir", greeting.spool_dir},
                                       {"conduit_id", greeting.conduit_id},
                                       {"shard_id", greeting.shard_id},
                                       {"client_id", greeting.client_id},
                                       {"sink_type", greeting.sink_type}});
}

std::optional<TakeoverGreeting> parse_greeting(std::string_view text) {
    const auto object = parse_object(text);
    if (!object) return std::nullopt;
    return TakeoverGreeting{text_of(*object, "version"),
                            static_cast<std::uint32_t>(number_of(*object, "spool_format")),
                            static_cast<int>(number_of(*object, "pid")),
                            text_of(*object, "name"),
                            text_of(*object, "spool_dir"),
                            text_of(*object, "conduit_id"),
                            text_of(*object, "shard_id"),
                            text_of(*object, "client_id"),
                            text_of(*object, "sink_type")};
}

std::string find_obstacle(const TakeoverGreeting& holder, const TakeoverGreeting& newcomer) {
    // First what others follow from where they are not set.
    if (holder.name != newcomer.name) return say_changed("name", holder.name, newcomer.name);
    if (holder.shard_id != newcomer.shard_id) {
        return say_changed("shard.id", holder.shard_id, newcomer.shard_id);
    }
    if (holder.spool_dir.empty() || newcomer.spool_dir.empty()) {
        return "spool.dir is memory: what waits there ends with its process, so that takes a "
               "restart";
    }
    if (holder.spool_dir != newcomer.spool_dir) {
        return say_changed("spool.dir", holder.spool_dir, newcomer.spool_dir);
    }
    if (holder.conduit_id != newcomer.conduit_id) {
        return say_changed("conduit.id", holder.conduit_id, newcomer.conduit_id);
    }
    if (holder.client_id != newcomer.client_id) {
        return say_changed("twitch.client_id", holder.client_id, newcomer.client_id);
    }
    if (holder.sink_type != newcomer.sink_type) {
        return say_changed("sink.type", holder.sink_type, newcomer.sink_type);
    }
    if (newcomer.spool_format < holder.spool_format) {
        return fmt::format(
            "conduitd {} reads the spool's format {} at most, and {} has written {}: start a "
            "version that is not older",
            newcomer.version, newcomer.spool_format, holder.version, holder.spool_format);
    }
    return {};
}

std::string to_text(const TakeoverStock& stock) {
    return json::serialize(json::value{{"conduit_id", stock.conduit_id},
                                       {"home", stock.home.text()},
                                       {"guests", stock.guests.text()}});
}

std::optional<TakeoverStock> parse_stock(std::string_view text) {
    const auto object = parse_object(text);
    if (!object) return std::nullopt;
    return TakeoverStock{text_of(*object, "conduit_id"), shards_of(*object, "home"),
                         shards_of(*object, "guests")};
}

// What is left of a line may begin in the middle of a character: it stands behind the JSON.
std::string to_text(const TakeoverRelease& release) {
    const bool has_resume = release.resume.has_value();
    auto text = json::serialize(json::value{
        {"stdout", release.has_stdout},
        {"listener", release.has_listener},
        {"control", release.has_control},
        {"sink_path", release.sink_path},
        {"control_path", release.control_path},
        {"resumes", has_resume},
        {"position", static_cast<std::int64_t>(has_resume ? release.resume->position : 0)}});
    text += '\n';
    if (has_resume) text += release.resume->rest;
    return text;
}

std::optional<TakeoverRelease> parse_release(std::string_view text) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const auto object = parse_object(text.substr(0, end));
    if (!object) return std::nullopt;
    TakeoverRelease release{is_true(*object, "stdout"),       is_true(*object, "listener"),
                            is_true(*object, "control"),      text_of(*object, "sink_path"),
                            text_of(*object, "control_path"), std::nullopt};
    if (is_true(*object, "resumes")) {
        release.resume = StdoutResume{std::string(text.substr(end + 1)),
                                      static_cast<std::uint64_t>(number_of(*object, "position"))};
    }
    return release;
}

std::string to_text(const LateFrame& late) {
    const std::int64_t at = late.received_at.time_since_epoch().count();
    std::string text(sizeof at + late.id.size(), '\0');
    std::memcpy(text.data(), &at, sizeof at);
    std::memcpy(text.data() + sizeof at, late.id.data(), late.id.size());
    text += late.frame;
    return text;
}

std::optional<LateFrame> parse_late(std::string_view text) {
    std::int64_t at = 0;
    LateFrame late;
    if (text.size() < sizeof at + late.id.size()) return std::nullopt;
    std::memcpy(&at, text.data(), sizeof at);
    std::memcpy(late.id.data(), text.data() + sizeof at, late.id.size());
    late.received_at = TimePoint(TimePoint::duration(at));
    late.frame = text.substr(sizeof at + late.id.size());
    return late;
}

}  // namespace conduitd
