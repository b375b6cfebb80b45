#pragma once

#include "worker/world.hpp"

namespace conduitd {

inline constexpr auto shard_pages = "/conduits/shards?conduit_id=conduit-1";
inline constexpr auto shard_claims = "/conduits/shards";

inline std::string page_of_shards(const std::string& rows) {
    return fmt::format(R"({{"data":[{}],"pagination":{{}}}})", rows);
}

// A worker that has had its shard for a while: what it has read of it is too old for a claim.
class SettledWorld : public World {
public:
    SettledWorld() : World(checking_options()) {
        key = become_ready("A");
        for (int i = 0; i < 12; ++i) {
            keep_alive(key);
            answer_looks(row(3, "A"), 5);
            while (has_request("GET", shard_pages))
                answer(take_request("GET", shard_pages), 200, page_of_shards(row(3, "A")));
        }
        advance(std::chrono::seconds(2));
        requests.clear();
    }

    static WorkerOptions checking_options() {
        auto options = default_options();
        options.claim_check = {};
        return options;
    }

    void lose_session() {
        const auto count = dials.size();
        end(key);
        while (dials.size() == count) advance(std::chrono::milliseconds(1));
    }

    // Told to move, it dials the URL; what it asks for meanwhile.
    SendRequest read_while_dialling() {
        frame(key, reconnect_frame("A", cell_url));
        return take_request("GET", shard_pages);
    }

    SessionKey key{};
};

}  // namespace conduitd
