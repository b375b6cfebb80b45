#pragma once

#include "worker/world.hpp"

#include <chrono>
#include <utility>

namespace conduitd {

// A worker that is configured for shard 3, and the whole listing.
class StandbyWorld : public World {
public:
    explicit StandbyWorld(WorkerOptions options = default_options()) : World(std::move(options)) {}

    // Time passes until it reads the whole listing; whatever it reads besides is in order.
    void await_survey(SessionKey key) {
        for (int i = 0; i < 60 && !has_survey(); ++i) {
            keep_alive(key);
            if (has_survey()) return;
            if (has_request("GET", "/conduits/shards"))
                answer(take_request("GET", "/conduits/shards"), 200,
                       R"({"data":[)" + row(3, "A") + R"(],"pagination":{}})");
        }
    }

    // H, which carries another one too, takes the shard each time. Answers how often it is claimed.
    unsigned claim_back_while_it_may(SessionKey key) {
        unsigned claims = 0;
        const auto begin = now;
        while (worker.state() != WorkerState::standby && now - begin < std::chrono::minutes(9)) {
            keep_alive(key);
            if (has_survey()) answer_survey(row(3, "H") + "," + row(1, "H"));
            if (has_request("GET", "/conduits/shards"))
                answer(take_request("GET", "/conduits/shards"), 200,
                       R"({"data":[)" + row(3, "H") + R"(],"pagination":{}})");
            if (has_request("PATCH", "/conduits/shards")) {
                ++claims;
                accept_claim("A");
            }
        }
        return claims;
    }

    SessionKey be_superseded() {
        const auto key = become_ready("A");
        await_survey(key);
        answer_survey(row(3, "Z") + "," + row(1, "Y"));
        return key;
    }
};

}  // namespace conduitd
