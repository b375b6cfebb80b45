#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/helix.hpp"
#include "twitch_sim/model/shard_update.hpp"
#include "twitch_sim/model/world.hpp"

#include <algorithm>

namespace twitch_sim {
namespace {

namespace json = boost::json;

constexpr std::size_t shards_per_update_max = 100;  // Twitch API reference, as of 2026

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

    json::array data;
    json::object pagination;
    for (const auto& entry : conduit->shards) {
        if (entry.first < *first || (status && entry.second.status != *status)) continue;
        if (data.size() >= world.options.shards_per_page) {
            pagination["cursor"] = make_cursor(entry.first);
            break;
        }
        data.push_back(to_json(entry.first, entry.second));
    }
    return make_json_answer(
        200, json::object{{"data", std::move(data)}, {"pagination", std::move(pagination)}});
}

// Answers 202 also when every entry was refused; the entries take effect one after another.
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

    json::array data;
    json::array errors;
    for (const auto& entry : entries) {
        auto outcome = update_shard(entry, *conduit, world.sessions);
        if (auto* const refusal = std::get_if<ShardRefusal>(&outcome)) {
            errors.push_back(json::object{
                {"id", refusal->id}, {"message", refusal->message}, {"code", "invalid_parameter"}});
        } else {
            data.push_back(std::get<json::object>(std::move(outcome)));
        }
    }
    return make_json_answer(202,
                            json::object{{"data", std::move(data)}, {"errors", std::move(errors)}});
}

}  // namespace

HttpAnswer on_shards_call(World& world, const HelixCall& call) {
    if (call.method == "GET") return list(world, call);
    if (call.method == "PATCH") return update(world, call);
    return make_helix_error(404, "not found");
}

}  // namespace twitch_sim
