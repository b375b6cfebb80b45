#include "eventsub/shard_disabled.hpp"

#include <simdjson.h>

#include <charconv>

namespace conduitd {
namespace {

// Null and absent are empty: of a transport's fields those of the other method are either.
std::string text_in(const simdjson::dom::element& object, std::string_view key) {
    std::string_view text;
    if (object[key].get(text) != simdjson::SUCCESS) return {};
    return std::string(text);
}

std::optional<std::uint32_t> number_in(std::string_view text) {
    std::uint32_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return number;
}

}  // namespace

std::optional<ShardDisabled> parse_shard_disabled(std::string_view frame) {
    simdjson::dom::parser parser;
    simdjson::dom::element document;
    simdjson::dom::element event;
    if (parser.parse(frame.data(), frame.size()).get(document) != simdjson::SUCCESS ||
        document["payload"]["event"].get(event) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    ShardDisabled disabled;
    disabled.conduit_id = text_in(event, "conduit_id");
    const auto shard = number_in(text_in(event, "shard_id"));
    if (!shard || disabled.conduit_id.empty()) return std::nullopt;
    disabled.shard = *shard;
    disabled.status = text_in(event, "status");
    simdjson::dom::element transport;
    if (event["transport"].get(transport) == simdjson::SUCCESS) {
        disabled.session_id = text_in(transport, "session_id");
    }
    return disabled;
}

}  // namespace conduitd
