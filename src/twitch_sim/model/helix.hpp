#pragma once

#include "twitch_sim/model/model.hpp"
#include "twitch_sim/model/request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace twitch_sim {

struct World;

// A Helix call that passed authorisation and rate limit.
struct HelixCall {
    std::string_view method;
    const std::string& client_id;
    bool is_app_token;
    const Parameters& parameters;
    TimePoint now;
};

// Everything under /helix/: authorisation, rate limit, then the endpoint.
[[nodiscard]] HttpAnswer on_helix_call(World& world, const HttpCall& call, const Target& target,
                                       TimePoint now);

// The endpoints, one file each.
[[nodiscard]] HttpAnswer on_conduits_call(World& world, const HelixCall& call);
[[nodiscard]] HttpAnswer on_shards_call(World& world, const HelixCall& call);
[[nodiscard]] HttpAnswer on_subscriptions_call(World& world, const HelixCall& call);

// Adds the three `Ratelimit-` headers of the client that a call names.
void add_rate_limit_headers(const World& world, const HttpCall& call, HttpAnswer& answer,
                            TimePoint now);

// Cursors of paged listings: opaque to clients, the first position of the next page to us.
[[nodiscard]] std::string make_cursor(std::uint64_t position);
[[nodiscard]] std::optional<std::uint64_t> parse_cursor(std::string_view cursor);

}  // namespace twitch_sim
