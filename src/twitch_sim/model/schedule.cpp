#include "twitch_sim/model/schedule.hpp"

#include "twitch_sim/model/admin.hpp"
#include "twitch_sim/model/world.hpp"

#include <utility>

namespace twitch_sim {
namespace {

void carry_out(World& world, const HttpCall& order, TimePoint now) {
    const Target target = Target::parse(order.target);
    const HttpAnswer answer = on_admin_call(world, order, target, now);
    std::string message;
    if (answer.status != 200) message = answer.body;
    world.order_log.add({world.clock.wall(now), target.path, answer.status, std::move(message)});
}

}  // namespace

void schedule_order(World& world, HttpCall order, TimePoint at) {
    const auto task = [&world, order = std::move(order)](TimePoint now) {
        carry_out(world, order, now);
    };
    static_cast<void>(world.agenda.add(at, task));
}

}  // namespace twitch_sim
