#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/helix.hpp"
#include "twitch_sim/model/words.hpp"
#include "twitch_sim/model/world.hpp"

namespace twitch_sim {
namespace {

// Enabled conduits of a client id (conduit guide).
constexpr std::size_t conduits_max = 5;

HttpAnswer make_conduits_answer(const std::vector<const Conduit*>& conduits) {
    std::string data;
    for (const Conduit* const conduit : conduits) {
        data += join({data.empty() ? "" : ",", R"({"id":")", conduit->id, R"(","shard_count":)",
                      std::to_string(conduit->shard_count), "}"});
    }
    return make_json_text_answer(200, join({R"({"data":[)", data, "]}"}));
}

HttpAnswer list(const World& world, const HelixCall& call) {
    std::vector<const Conduit*> own;
    for (const Conduit& conduit : world.conduits.all()) {
        if (conduit.client_id == call.client_id) own.push_back(&conduit);
    }
    return make_conduits_answer(own);
}

std::optional<std::uint32_t> shard_count(const World& world, const HelixCall& call) {
    const auto count = call.parameters.integer("shard_count");
    if (!count || *count < 1 || *count > world.options.shard_count_max) return std::nullopt;
    return static_cast<std::uint32_t>(*count);
}

HttpAnswer create(World& world, const HelixCall& call) {
    const auto count = shard_count(world, call);
    if (!count) return make_helix_error(400, "invalid shard count");
    if (world.conduits.count_of(call.client_id) >= conduits_max) {
        return make_helix_error(429, "conduit limit reached");
    }
    return make_conduits_answer({&world.conduits.create(call.client_id, *count, call.now)});
}

HttpAnswer update(World& world, const HelixCall& call) {
    const auto id = call.parameters.text("id");
    if (!id || id->empty()) return make_helix_error(400, "Missing required parameter \"id\"");
    const auto count = shard_count(world, call);
    if (!count) return make_helix_error(400, "invalid shard count");
    Conduit* const conduit = world.conduits.find(*id, call.client_id);
    if (!conduit) return make_helix_error(404, "not found");
    conduit->resize(*count, world.options.shrink);
    world.conduits.on_change(*conduit, call.now);
    return make_conduits_answer({conduit});
}

HttpAnswer remove(World& world, const HelixCall& call) {
    const auto id = call.parameters.text("id");
    if (!id || id->empty()) return make_helix_error(400, "Missing required parameter \"id\"");
    if (!world.conduits.remove(*id, call.client_id)) return make_helix_error(404, "not found");
    world.subscriptions.on_conduit_deleted(*id);
    return make_empty_answer(204);
}

}  // namespace

HttpAnswer on_conduits_call(World& world, const HelixCall& call) {
    if (call.method == "GET") return list(world, call);
    if (call.method == "POST") return create(world, call);
    if (call.method == "PATCH") return update(world, call);
    if (call.method == "DELETE") return remove(world, call);
    return make_helix_error(404, "not found");
}

}  // namespace twitch_sim
