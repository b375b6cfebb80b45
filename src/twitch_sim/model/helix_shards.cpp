#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/helix.hpp"
#include "twitch_sim/model/shard_update.hpp"
#include "twitch_sim/model/world.hpp"

#include <algorithm>
#include <map>

namespace twitch_sim {
namespace {

namespace json = boost::json;

constexpr std::size_t shards_per_update_max = 100;  // Twitch API reference, as of 2026

// The shards that listings show, by id; null for one that never had a transport.
using ListedShards = std::map<std::uint64_t, const Shard*>;

ListedShards listed_shards(const Conduit& conduit, Switches::UnboundShards unbound) {
    ListedShards shards;
    for (const auto& entry : conduit.shards) shards.emplace(entry.first, &entry.second);
    if (unbound == Switches::UnboundShards::listed) {
        for (std::uint32_t id = 0; id < conduit.shard_count; ++id) shards.emplace(id, nullptr);
    }
    return shards;
}

// Those from id `first` on, as many as go on a page.
json::object make_page(const Conduit& conduit, std::optional<ShardStatus> status,
                       std::uint64_t first, const ModelOptions& options) {
    const auto shards = listed_shards(conduit, options.unbound_shards);
    json::array data;
    json::object pagination;
    for (auto next = shards.lower_bound(first); next != shards.end(); ++next) {
        const Shard* const shard = next->second;
        const auto actual = shard ? shard->status : ShardStatus::websocket_disconnected;
        if (status && actual != *status) continue;
        if (data.size() >= options.shards_per_page) {
            pagination["cursor"] = make_cursor(next->first);
            break;
        }
        const auto id = static_cast<std::uint32_t>(next->first);
        data.push_back(shard ? to_json(id, *shard, options.helix_timestamps) : unbound_to_json(id));
    }
    return {{"data", std::move(data)}, {"pagination", std::move(pagination)}};
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

    return make_json_answer(200, make_page(*conduit, status, *first, world.options));
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

void add_errors(json::object& body, json::array errors, Switches::ClaimErrors when_none) {
    if (!errors.empty() || when_none == Switches::ClaimErrors::empty) {
        body["errors"] = std::move(errors);
    } else if (when_none == Switches::ClaimErrors::null) {
        body["errors"] = nullptr;
    }
}

// The entries take effect one after another, `entry_gap` apart; the answer comes after the last.
HttpAnswer apply(World& world, Conduit& conduit, const json::array& entries, TimePoint now) {
    json::array data;
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
            data.push_back(to_json(binding.id, binding.shard, world.options.helix_timestamps));
            if (wait == Duration::zero()) {
                bind(world, conduit, std::move(binding), now);
            } else {
                bind_later(world, conduit, binding, now + wait);
            }
        }
        wait += world.options.entry_gap;
    }
    json::object body{{"data", std::move(data)}};
    add_errors(body, std::move(errors), world.options.claim_errors);
    HttpAnswer answer = make_json_answer(202, std::move(body));
    answer.delay = std::max(Duration::zero(), wait - world.options.entry_gap);
    return answer;
}

// Answers 202 also when every entry was refused.
HttpAnswer update(World& world, const HelixCall& call) {
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
    if (call.method == "PATCH") return update(world, call);
    return make_helix_error(404, "not found");
}

}  // namespace twitch_sim
