#include "twitch_sim/model/admin.hpp"

#include "twitch_sim/model/answer.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace twitch_sim {
namespace {

struct Route {
    std::string_view method;
    std::string_view path;
    HttpAnswer (*handle)(World&, const AdminCall&);
};
constexpr Route routes[] = {
    {"GET", "/sim/state", show_state},
    {"GET", "/sim/ledger", show_ledger},
    {"POST", "/sim/emit", emit},
    {"POST", "/sim/generator", set_generator},
    {"POST", "/sim/reconnect", order_reconnect},
    {"POST", "/sim/close", close_sessions},
    {"POST", "/sim/mute", mute_sessions},
    {"POST", "/sim/token", change_tokens},
    {"POST", "/sim/client", add_client},
    {"POST", "/sim/fault", add_fault},
};

}  // namespace

HttpAnswer on_admin_call(World& world, const HttpCall& call, const Target& target, TimePoint now) {
    const auto* const route = std::ranges::find(routes, target.path, &Route::path);
    if (route == std::end(routes)) return make_helix_error(404, "no such admin path");
    if (route->method != call.method) {
        return make_helix_error(405, "this path takes " + std::string(route->method));
    }
    const auto parameters = Parameters::parse(target, call.body);
    if (!parameters) return make_helix_error(400, "the body is not a JSON object");
    return route->handle(world, {*parameters, now});
}

}  // namespace twitch_sim
