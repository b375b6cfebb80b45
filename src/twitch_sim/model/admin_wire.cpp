#include "twitch_sim/model/admin_targets.hpp"

namespace twitch_sim {
namespace {

namespace json = boost::json;

CopyTo copy_to(const Parameters& parameters) {
    return parameters.text("where") == "both" ? CopyTo::both : CopyTo::shard;
}

HttpAnswer repeat(World& world, const AdminCall& call) {
    Delivery::Repeats repeats;
    repeats.every = static_cast<std::uint64_t>(*call.parameters.integer("every"));
    repeats.delay = std::chrono::milliseconds(call.parameters.integer("delay_ms").value_or(0));
    repeats.where = copy_to(call.parameters);
    world.delivery.set_repeats(repeats);
    return make_json_answer(200, json::object{{"every", repeats.every}});
}

HttpAnswer reorder(World& world, const AdminCall& call) {
    const auto count = static_cast<std::size_t>(*call.parameters.integer("count"));
    return give(world, call,
                [&](const std::string& id) { world.sessions.reorder(id, count, call.now); });
}

HttpAnswer shape(World& world, const AdminCall& call) {
    const auto whole = [&](std::string_view name, std::int64_t standard) {
        return call.parameters.integer(name).value_or(standard);
    };
    WireShape shape;
    shape.segment_bytes = static_cast<std::uint32_t>(whole("segment_bytes", 0));
    shape.pause_ms = static_cast<std::uint16_t>(whole("pause_ms", 0));
    shape.fragments = static_cast<std::uint8_t>(whole("fragments", 1));
    shape.has_pings_between = call.parameters.yes_or_no("pings_between").value_or(false);
    const auto times = static_cast<std::uint64_t>(whole("times", 0));
    return give(world, call,
                [&](const std::string& id) { world.sessions.shape(id, shape, times); });
}

}  // namespace

void add_wire_verbs(std::vector<Verb>& verbs) {
    verbs.push_back({"repeat",
                     "POST",
                     "From now on sends every so-many-th message twice (0: none), at once or later",
                     {required(whole_rule("every", 0, 1e9)), whole_rule("delay_ms", 0, 3'600'000),
                      word_rule("where", "shard|both")},
                     repeat});
    verbs.push_back({"reorder", "POST",
                     "Sends the next messages in reverse order, or after 5 s what there is of them",
                     with_targets({required(whole_rule("count", 2, 1000))}), reorder});
    verbs.push_back({"shape", "POST",
                     "How the next `times` texts (0: all to come) are cut up on the wire",
                     with_targets({whole_rule("fragments", 1, 255), yes_or_no_rule("pings_between"),
                                   whole_rule("segment_bytes", 0, 1'048'576),
                                   whole_rule("pause_ms", 0, 60'000), whole_rule("times", 0, 1e9)}),
                     shape});
}

}  // namespace twitch_sim
