#include "conduitd/last_bound.hpp"

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
    return LastBound{*time, *how == "stopped", text_of(object, "conduit_id").value_or(""),
                     text_of(object, "shard_id").value_or("")};
}

ErrorCode LastBoundFile::store(const LastBound& last) const {
    const json::value document = {{"at", format_rfc3339(last.at)},
                                  {"how", last.was_stopped ? "stopped" : "running"},
                                  {"conduit_id", last.conduit_id},
                                  {"shard_id", last.shard_id}};
    return replace_file(path_, json::serialize(document) + "\n");
}

Gap gap_since(const LastBound& last, std::optional<WallTime> spooled_at, TimePoint now,
              WallTime wall_now) {
    auto since = last.at;
    if (!last.was_stopped && spooled_at) {
        since = std::clamp(*spooled_at, last.at - 2 * last_bound_interval, last.at);
    }
    // A clock that was set back must not put it into the future.
    const auto ago = std::max(wall_now - since, Duration::zero());
    const auto reason = last.was_stopped ? GapReason::process_stopped : GapReason::process_died;
    return {reason, now - ago, {}};
}

}  // namespace conduitd
