#include "twitch_sim/model/helix.hpp"

#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/world.hpp"

#include <fmt/format.h>

#include <charconv>

namespace twitch_sim {
namespace {

HttpAnswer dispatch(World& world, std::string_view path, const HelixCall& call) {
    if (path == "/helix/eventsub/conduits") return on_conduits_call(world, call);
    if (path == "/helix/eventsub/conduits/shards") return on_shards_call(world, call);
    if (path == "/helix/eventsub/subscriptions") return on_subscriptions_call(world, call);
    return make_helix_error(404, "not found");
}

HttpAnswer authorise_and_dispatch(World& world, const HttpCall& call, const Target& target,
                                  TimePoint now) {
    const auto token = OAuth::token_of(call);
    if (!token) return make_helix_error(401, "OAuth token is missing");
    const auto client_id = world.oauth.client_of(*token, now);
    if (!client_id) return make_helix_error(401, "Invalid OAuth token");
    if (header(call, "client-id") != *client_id) {
        return make_helix_error(401, "Client ID and OAuth token do not match");
    }
    if (!world.rate_limit.try_spend(*client_id, now)) {
        return make_helix_error(429, "Too Many Requests");
    }
    const auto parameters = Parameters::parse(target, call.body);
    if (!parameters) return make_helix_error(400, "The request body is not a JSON object");
    return dispatch(world, target.path, {call.method, *client_id, *parameters, now});
}

// Cursors are made unreadable, so that nobody takes them for numbers.
constexpr std::uint64_t cursor_mask = 0x9e37'79b9'7f4a'7c15ULL;

}  // namespace

HttpAnswer on_helix_call(World& world, const HttpCall& call, const Target& target, TimePoint now) {
    HttpAnswer answer = authorise_and_dispatch(world, call, target, now);
    add_rate_limit_headers(world, call, answer, now);
    return answer;
}

void add_rate_limit_headers(const World& world, const HttpCall& call, HttpAnswer& answer,
                            TimePoint now) {
    world.rate_limit.add_headers(answer, std::string(header(call, "client-id").value_or("")), now);
}

std::string make_cursor(std::uint64_t position) {
    return fmt::format("{:016x}", position ^ cursor_mask);
}

std::optional<std::uint64_t> parse_cursor(std::string_view cursor) {
    std::uint64_t value = 0;
    const char* const last = cursor.data() + cursor.size();
    const auto [end, error] = std::from_chars(cursor.data(), last, value, 16);
    const bool is_read = error == std::errc() && end == last && cursor.size() == 16;
    return is_read ? std::optional(value ^ cursor_mask) : std::nullopt;
}

}  // namespace twitch_sim
