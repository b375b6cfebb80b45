#include "conduitd/last_bound.hpp"

#include "config/shard_setting.hpp"
#include "io/files.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace conduitd {
namespace {

namespace json = boost::json;

std::optional<std::string> text_of(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(value->get_string());
}

std::string_view name_of(LastBound::How how) {
    switch (how) {
        case LastBound::How::running:
            return "running";
        case LastBound::How::stopped:
            return "stopped";
        case LastBound::How::parked:
            return "parked";
        case LastBound::How::standing_by:
            return "standing_by";
    }
    return "running";
}

// What is not known tells more rather than less.
LastBound::How parse_how(std::string_view text) {
    for (const auto how :
         {LastBound::How::stopped, LastBound::How::parked, LastBound::How::standing_by}) {
        if (text == name_of(how)) return how;
    }
    return LastBound::How::running;
}

}  // namespace

std::optional<LastBound> LastBoundFile::load() const {
    const auto text = read_file(path_);
    if (!text) return std::nullopt;
    ErrorCode error;
    const auto value = json::parse(*text, error);
    if (error || !value.is_object()) return std::nullopt;
    const auto& object = value.get_object();
    const auto at = text_of(object, "at");
    const auto how = text_of(object, "how");
    const auto time = at ? parse_rfc3339(*at) : std::nullopt;
    if (!time || !how) return std::nullopt;
    const auto shards = settings::parse_shard_choice(text_of(object, "shards").value_or(""));
    const auto* const fleet = object.if_contains("fleet");
    return LastBound{*time,
                     parse_how(*how),
                     text_of(object, "conduit_id").value_or(""),
                     text_of(object, "shard_id").value_or(""),
                     shards ? shards->listed : ShardSet(),
                     fleet != nullptr && fleet->is_int64() && fleet->get_int64() > 0
                         ? static_cast<std::size_t>(fleet->get_int64())
                         : 1,
                     text_of(object, "session_id").value_or("")};
}

ErrorCode LastBoundFile::store(const LastBound& last) const {
    const json::value document = {{"at", format_rfc3339(last.at)}, {"how", name_of(last.how)},
                                  {"conduit_id", last.conduit_id}, {"shard_id", last.shard_id},
                                  {"shards", last.shards.text()},  {"fleet", last.fleet},
                                  {"session_id", last.session_id}};
    return replace_file(path_, json::serialize(document) + "\n");
}

Gap gap_since(const LastBound& last, std::optional<WallTime> spooled_at, TimePoint now,
              WallTime wall_now) {
    auto since = last.at;
    const bool was_stopped =
        last.how == LastBound::How::stopped || last.how == LastBound::How::parked;
    if (!was_stopped && spooled_at) {
        since = std::clamp(*spooled_at, last.at - 2 * last_bound_interval, last.at);
    }
    // A clock that was set back must not put it into the future.
    const auto ago = std::max(wall_now - since, Duration::zero());
    const auto reason = was_stopped ? GapReason::process_stopped : GapReason::process_died;
    return {reason, now - ago, {}};
}

}  // namespace conduitd
