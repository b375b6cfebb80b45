#include "twitch_sim/model/http.hpp"

#include "twitch_sim/model/admin.hpp"
#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/helix.hpp"
#include "twitch_sim/model/world.hpp"

namespace twitch_sim {
namespace {

HttpAnswer dispatch(World& world, const HttpCall& call, const Target& target, TimePoint now) {
    if (target.path.starts_with("/helix/")) return on_helix_call(world, call, target, now);
    if (target.path.starts_with("/oauth2/")) return world.oauth.on_call(call, target, now);
    return make_helix_error(404, "not found");
}

HttpAnswer under_faults(World& world, const HttpCall& call, const Target& target, TimePoint now) {
    const auto fault = world.faults.take(call.method, target.path);
    if (!fault) return dispatch(world, call, target, now);
    HttpAnswer answer;
    if (fault->drop != Fault::Drop::before && fault->drop != Fault::Drop::never) {
        answer = fault->status ? make_fault_answer(world, *fault, call, target, now)
                               : dispatch(world, call, target, now);
    }
    answer.delay += fault->delay;
    answer.delivery = delivery_under(*fault);
    return answer;
}

}  // namespace

HttpAnswer::Delivery delivery_under(const Fault& fault) {
    switch (fault.drop) {
        case Fault::Drop::none:
            return HttpAnswer::Delivery::answer;
        case Fault::Drop::before:
        case Fault::Drop::after:
            return HttpAnswer::Delivery::drop_connection;
        case Fault::Drop::never:
            return HttpAnswer::Delivery::stay_silent;
    }
    return HttpAnswer::Delivery::answer;
}

HttpAnswer make_fault_answer(const World& world, const Fault& fault, const HttpCall& call,
                             const Target& target, TimePoint now) {
    const unsigned status = *fault.status;
    const bool is_helix = target.path.starts_with("/helix/");
    HttpAnswer answer = is_helix ? make_helix_error(status, reason_phrase(status))
                                 : make_oauth_error(status, reason_phrase(status));
    if (fault.body) {
        const bool is_json = fault.body->starts_with('{');
        answer.body = *fault.body;
        answer.headers.clear();
        answer.headers.emplace_back("Content-Type", is_json ? "application/json" : "text/html");
    }
    if (is_helix && status == 429) {
        world.rate_limit.add_exhausted_headers(answer, now);
    } else if (is_helix) {
        add_rate_limit_headers(world, call, answer, now);
    }
    return answer;
}

HttpAnswer on_http_call(World& world, const HttpCall& call, TimePoint now) {
    const Target target = Target::parse(call.target);
    if (target.path.starts_with("/sim/")) return on_admin_call(world, call, target, now);
    HttpAnswer answer = under_faults(world, call, target, now);
    const bool is_dropped = answer.delivery != HttpAnswer::Delivery::answer;
    world.call_log.add(
        {world.clock.wall(now), call.method, call.target, is_dropped ? 0 : answer.status},
        target.path);
    return answer;
}

}  // namespace twitch_sim
