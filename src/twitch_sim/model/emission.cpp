#include "twitch_sim/model/emission.hpp"

#include "twitch_sim/model/world.hpp"

#include <iterator>
#include <utility>

namespace twitch_sim {

std::vector<std::string> emit(World& world, const Emission& emission, TimePoint now) {
    std::vector<std::string> ids;
    for (std::uint64_t i = 0; i < emission.count; ++i) {
        const auto event = world.events.make(emission.wishes, now);
        auto made = world.delivery.deliver(event, Audience::every_conduit, now, emission.members);
        ids.insert(ids.end(), std::move_iterator(made.begin()), std::move_iterator(made.end()));
    }
    return ids;
}

}  // namespace twitch_sim
