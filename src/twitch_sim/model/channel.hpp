#pragma once

#include <string>

namespace twitch_sim {

// A broadcaster. All identities of the simulator are invented.
struct Channel {
    std::string id;
    std::string login;
    std::string name;
};

// The `index`-th channel of the generator: a few with names of their own, then numbered ones.
[[nodiscard]] Channel make_channel(unsigned index);

// The channel of an id that a test chose.
[[nodiscard]] Channel make_channel_with_id(const std::string& id);

}  // namespace twitch_sim
