#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/helix.hpp"
#include "twitch_sim/model/shard_update.hpp"
#include "twitch_sim/model/words.hpp"
#include "twitch_sim/model/world.hpp"

#include <algorithm>
#include <limits>

namespace twitch_sim {
namespace {

namespace json = boost::json;

constexpr std::size_t shards_per_update_max = 100;  // Twitch API reference, as of 2026

// The next shard that listings show, from id `from` on.
std::optional<std::uint32_t> next_listed(const Conduit& conduit, Switches::UnboundShards unbound,
                                         std::uint64_t from) {
    if (from > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    const auto id = static_cast<std::uint32_t>(from);
    if (unbound == Switches::UnboundShards::listed && id < conduit.shard_count) return id;
    const auto next = conduit.shards.lower_bound(id);
    return next == conduit.shards.end() ? std::nullopt : std::optional(next->first);
}

// Those from id `first` on, as many as go on a page.
std::string make_page(const Conduit& conduit, std::optional<ShardStatus> status,
                      std::uint64_t first, const ModelOptions& options) {
    std::string data;
    std::string cursor;
    std::uint32_t count = 0;
    const auto next = [&](std::uint64_t from) {
        return next_listed(conduit, options.unbound_shards, from);
    };
    for (auto id = next(first); id; id = next(*id + std::uint64_t{1})) {
        const auto shard = conduit.shards.find(*id);
        const bool is_unbound = shard == conduit.shards.end();
        const auto actual = is_unbound ? ShardStatus::websocket_disconnected : shard->second.status;
        if (status && actual != *status) continue;
        if (count >= options.shards_per_page) {
            cursor = join({R"("cursor":")", make_cursor(*id), "\""});
            break;
        }
        if (count++ > 0) data += ',';
        data += is_unbound ? unbound_wire_text(*id)
                           : wire_text(*id, shard->second, options.helix_timestamps);
    }
    return join({R"({"data":[)", data, R"(],"pagination":{)", cursor, "}}"});
}

HttpAnswer list(World& world, const HelixCall& call) {
    const auto conduit_id = call.parameters.text("conduit_id");
    if (!conduit_id || conduit_id->empty()) {
        return make_helix_error(400, "Missing required parameter \"conduit_id\"");
    }
    const auto status_name = call.parameters.text("status");
    const auto status = parse_shard_status(status_name.value_or(""));
    if (status_name && !status) return make_helix_error(400, "invalid status");
    const auto after = call.parameters.text("after");
    const auto first = after ? parse_cursor(*after) : 0;
    if (!first) return make_helix_error(400, "invalid cursor");
    const Conduit* const conduit = world.conduits.find(*conduit_id, call.client_id);
    if (!conduit) return make_helix_error(404, "not found");

    return make_json_text_answer(200, make_page(*conduit, status, *first, world.options));
}

// The session may have ended meanwhile; the last write wins nevertheless.
void bind(World& world, Conduit& conduit, ShardBinding binding, TimePoint now) {
    Shard& shard = binding.shard;
    const bool is_websocket = shard.method == Shard::Method::websocket;
    if (is_websocket && !world.sessions.find(shard.session_id)) {
        shard.status = world.sessions.status_after_end(shard.session_id);
        shard.disconnected_at = world.clock.wall(now);
    }
    conduit.bind(binding.id, std::move(shard));
    world.conduits.on_change(conduit, now);
}

void bind_later(World& world, const Conduit& conduit, const ShardBinding& binding, TimePoint at) {
    const auto task = [&world, conduit_id = conduit.id, client_id = conduit.client_id,
                       binding](TimePoint now) {
        Conduit* const found = world.conduits.find(conduit_id, client_id);
        if (found && binding.id < found->shard_count) bind(world, *found, binding, now);
    };
    if (!world.agenda.add(at, task)) task(at);
}

std::string errors_member(const json::array& errors, Switches::ClaimErrors when_none) {
    if (!errors.empty() || when_none == Switches::ClaimErrors::empty) {
        return R"(,"errors":)" + json::serialize(errors);
    }
    return when_none == Switches::ClaimErrors::null ? R"(,"errors":null)" : "";
}

// The entries take effect one after another, `entry_gap` apart; the answer comes after the last.
HttpAnswer apply(World& world, Conduit& conduit, const json::array& entries, TimePoint now) {
    std::string data;
    json::array errors;
    Duration wait{};
    for (const auto& entry : entries) {
        auto outcome =
            read_shard_update(entry, conduit, world.sessions, world.options.dead_session_code);
        if (auto* const refusal = std::get_if<ShardRefusal>(&outcome)) {
            errors.push_back(json::object{
                {"id", refusal->id}, {"message", refusal->message}, {"code", refusal->code}});
        } else {
            auto& binding = std::get<ShardBinding>(outcome);
            if (!data.empty()) data += ',';
            data += wire_text(binding.id, binding.shard, world.options.helix_timestamps);
            if (wait == Duration::zero()) {
                bind(world, conduit, std::move(binding), now);
            } else {
                bind_later(world, conduit, binding, now + wait);
            }
        }
        wait += world.options.entry_gap;
    }
    HttpAnswer answer = make_json_text_answer(
        202,
        join({R"({"data":[)", data, "]", errors_member(errors, world.options.claim_errors), "}"}));
    answer.delay = std::max(Duration::zero(), wait - world.options.entry_gap);
    return answer;
}

// Answers 202 also when every entry was refused.
HttpAnswer update_shards(World& world, const HelixCall& call) {
    const auto conduit_id = call.parameters.text("conduit_id");
    if (!conduit_id || conduit_id->empty()) {
        return make_helix_error(400, "Missing required parameter \"conduit_id\"");
    }
    const auto* const shards = call.parameters.member("shards");
    if (!shards || !shards->is_array() || shards->get_array().empty()) {
        return make_helix_error(400, "Missing required parameter \"shards\"");
    }
    const auto& entries = shards->get_array();
    if (entries.size() > shards_per_update_max) {
        return make_helix_error(400, "at most 100 shards can be updated at once");
    }
    // The text of this error is as observed, its empty name included.
    const auto has_id = [](const json::value& entry) { return text_at(entry, "id").has_value(); };
    if (!std::ranges::all_of(entries, has_id)) {
        return make_helix_error(400, "Missing required parameter \"\"");
    }
    Conduit* const conduit = world.conduits.find(*conduit_id, call.client_id);
    if (!conduit) return make_helix_error(404, "not found");

    return apply(world, *conduit, entries, call.now);
}

}  // namespace

HttpAnswer on_shards_call(World& world, const HelixCall& call) {
    if (call.method == "GET") return list(world, call);
    if (call.method == "PATCH") return update_shards(world, call);
    return make_helix_error(404, "not found");
}

}  // namespace twitch_sim
