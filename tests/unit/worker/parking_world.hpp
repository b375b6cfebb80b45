#pragma once

#include "worker/world.hpp"

namespace conduitd {

// A worker that is told to stop while others stay.
class ParkingWorld : public World {
public:
    ParkingWorld() : World(parking_options()) {}

    static WorkerOptions parking_options() {
        auto options = default_options();
        options.home.parks = true;
        return options;
    }

    SessionKey be_told_to_stop() {
        const auto key = become_ready("A");
        worker.stop(now);
        return key;
    }

    std::string answer_patch(std::string_view rows) {
        const auto claim = take_request("PATCH", "/conduits/shards");
        answer(claim, 202, fmt::format(R"({{"data":[{}],"errors":[]}})", rows));
        return claim.request.body;
    }

    // What somebody has pointed at our session brings a message now and then.
    void read_for(Duration duration, SessionKey key) {
        for (const auto until = now + duration; now < until;
             advance(std::chrono::milliseconds(100)))
            frame(key, notification_frame(fmt::format("m{}", messages_++)));
    }

private:
    unsigned messages_ = 0;
};

}  // namespace conduitd
