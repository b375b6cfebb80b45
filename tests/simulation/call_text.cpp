#include "call_text.hpp"

#include <algorithm>

namespace simulation {
namespace {

constexpr std::string_view next_entry = R"(},{"id":")";
constexpr std::string_view enabled = R"(enabled","transport":{"method":"websocket","session_id":")";

// What a listing says of it, from its status on; empty where it is not listed.
std::string_view row_of(std::string_view body, unsigned shard) {
    const auto row = R"({"id":")" + std::to_string(shard) + R"(","status":")";
    const auto found = body.find(row);
    return found == std::string_view::npos ? std::string_view() : body.substr(found + row.size());
}

}  // namespace

std::string_view shard_in(std::string_view body) {
    const auto found = body.find(R"("id":")");
    if (found == std::string_view::npos) return {};
    body.remove_prefix(found + 6);
    return body.substr(0, body.find('"'));
}

bool has_several(std::string_view claim) {
    return claim.find(next_entry) != std::string_view::npos;
}

void keep_first(std::string& claim) {
    claim.replace(claim.find(next_entry) + 1, std::string::npos, "]}");
}

std::string token_of(const conduitd::HttpRequest& request) {
    const auto header =
        std::ranges::find(request.headers, "Authorization", &conduitd::HttpHeader::name);
    if (header == request.headers.end()) return {};
    return header->value.substr(header->value.find(' ') + 1);
}

bool is_binding(std::string_view body) {
    return body.find(R"("enabled")") != std::string_view::npos;
}

bool has_points_left(const conduitd::HttpResponse& answer) {
    const auto left = answer.header("Ratelimit-Remaining");
    return !left.empty() && left != "0";
}

bool has_few_points(const conduitd::HttpResponse& answer) {
    const auto number = [&](std::string_view name) {
        const std::string text(answer.header(name));
        return text.empty() ? 0UL : std::stoul(text);
    };
    return number("Ratelimit-Remaining") < number("Ratelimit-Limit") / 2;
}

bool lists(std::string_view body, unsigned shard, std::string_view session_id) {
    return !session_id.empty() && session_in(body, shard) == session_id;
}

std::string_view session_in(std::string_view body, unsigned shard) {
    auto row = row_of(body, shard);
    if (!row.starts_with(enabled)) return {};
    row.remove_prefix(enabled.size());
    return row.substr(0, row.find('"'));
}

bool lists_as_dead(std::string_view body, const conduitd::ShardSet& shards) {
    return std::ranges::any_of(shards, [&](unsigned shard) {
        const auto row = row_of(body, shard);
        return !row.empty() && !row.starts_with("enabled");
    });
}

}  // namespace simulation
