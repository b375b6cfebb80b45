#pragma once

#include "twitch_sim/driver.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>

namespace twitch_sim {

// O and N are the old and the new socket, as in Twitch's description.
struct Reconnect : testing::Test {
    explicit Reconnect(ModelOptions options = quiet_options()) : driver(std::move(options)) {
        o = driver.connect();
        conduit = driver.make_conduit(1, {o});
        driver.sim("/sim/reconnect", "{}");
        target = reconnect_target(driver.last_text(o));
    }

    static std::string reconnect_target(const std::string& frame) {
        const std::string url(
            parse(frame).at_pointer("/payload/session/reconnect_url").as_string());
        return url.substr(url.find('/', url.find("//") + 2));
    }

    std::size_t notifications(SocketId socket) {
        std::size_t count = 0;
        for (const auto& text : driver.client(socket).texts) {
            if (message_type(text) == "notification") ++count;
        }
        return count;
    }

    Driver driver;
    SocketId o{};
    std::string conduit;
    std::string target;
};

}  // namespace twitch_sim
