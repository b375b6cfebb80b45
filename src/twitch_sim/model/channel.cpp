#include "twitch_sim/model/channel.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace twitch_sim {
namespace {

struct Named {
    std::string_view login;
    std::string_view name;
};
constexpr std::array<Named, 8> named = {{{"lanternfox", "LanternFox"},
                                         {"harborlights", "HarborLights"},
                                         {"pixelbadger", "PixelBadger"},
                                         {"tidewren", "TideWren"},
                                         {"cobaltkettle", "CobaltKettle"},
                                         {"nightferry", "NightFerry"},
                                         {"mapleorbit", "MapleOrbit"},
                                         {"sundialsam", "SundialSam"}}};
constexpr unsigned first_id = 700'100'200;

}  // namespace

Channel make_channel(unsigned index) {
    auto id = std::to_string(first_id + index * 17);
    if (index >= named.size()) return make_channel_with_id(id);
    return {std::move(id), std::string(named[index].login), std::string(named[index].name)};
}

Channel make_channel_with_id(const std::string& id) {
    for (unsigned i = 0; i < named.size(); ++i) {
        if (id == std::to_string(first_id + i * 17)) return make_channel(i);
    }
    return {id, fmt::format("channel{}", id), fmt::format("Channel{}", id)};
}

}  // namespace twitch_sim
