#include "twitch_sim/model/helix.hpp"

#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/world.hpp"

#include <fmt/format.h>

#include <charconv>

namespace twitch_sim {
namespace {

// What a user's token is told where an app token is wanted; Twitch's own words are not known.
HttpAnswer refuse_user_token() {
    return make_helix_error(401, "An app access token is required");
}

HttpAnswer dispatch(World& world, std::string_view path, const HelixCall& call) {
    if (path.starts_with("/helix/eventsub/conduits") && !call.is_app_token) {
        return refuse_user_token();
    }
    if (path == "/helix/eventsub/conduits") return on_conduits_call(world, call);
    if (path == "/helix/eventsub/conduits/shards") return on_shards_call(world, call);
    if (path == "/helix/eventsub/subscriptions") return on_subscriptions_call(world, call);
    return make_helix_error(404, "not found");
}

// One bucket for all app tokens of a client, one more for each of its users (API guide).
std::string bucket_of(const OAuth::Holder& holder) {
    return holder.is_app() ? holder.client_id : holder.client_id + ' ' + holder.user_id;
}

// Whose token the call has, and the bucket that it draws from: without a token that is good, the
// one of the client that it names.
struct Caller {
    bool has_token;
    const OAuth::Holder* holder;
    std::string bucket;
};

Caller caller_of(const World& world, const HttpCall& call, TimePoint now) {
    const auto token = OAuth::token_of(call);
    const auto* const holder = token ? world.oauth.holder_of(*token, now) : nullptr;
    return {token.has_value(), holder,
            holder ? bucket_of(*holder) : std::string(header(call, "client-id").value_or(""))};
}

HttpAnswer authorise_and_dispatch(World& world, const Caller& caller, const HttpCall& call,
                                  const Target& target, TimePoint now) {
    if (!caller.has_token) return make_helix_error(401, "OAuth token is missing");
    const auto* const holder = caller.holder;
    if (holder == nullptr) return make_helix_error(401, "Invalid OAuth token");
    if (header(call, "client-id") != holder->client_id) {
        return make_helix_error(401, "Client ID and OAuth token do not match");
    }
    if (!world.rate_limit.try_spend(caller.bucket, now)) {
        return make_helix_error(429, "Too Many Requests");
    }
    const auto parameters = Parameters::parse(target, call.body);
    if (!parameters) return make_helix_error(400, "The request body is not a JSON object");
    return dispatch(world, target.path,
                    {call.method, holder->client_id, holder->is_app(), *parameters, now});
}

// Cursors are made unreadable, so that nobody takes them for numbers.
constexpr std::uint64_t cursor_mask = 0x9e37'79b9'7f4a'7c15ULL;

}  // namespace

HttpAnswer on_helix_call(World& world, const HttpCall& call, const Target& target, TimePoint now) {
    const Caller caller = caller_of(world, call, now);
    HttpAnswer answer = authorise_and_dispatch(world, caller, call, target, now);
    world.rate_limit.add_headers(answer, caller.bucket, now);
    return answer;
}

void add_rate_limit_headers(const World& world, const HttpCall& call, HttpAnswer& answer,
                            TimePoint now) {
    world.rate_limit.add_headers(answer, caller_of(world, call, now).bucket, now);
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
