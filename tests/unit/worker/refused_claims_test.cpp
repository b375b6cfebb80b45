#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

// A worker whose shard has lost its session, and whose claims Twitch refuses. Sessions are
// welcomed, and listings read.
class RefusedWorld : public World {
public:
    RefusedWorld() {
        open_ = become_ready("A");
        lose_session();
    }

    void lose_session() { end(std::exchange(open_, 0), {.what = "reset"}); }

    void pass(Duration duration) {
        for (const auto until = now + duration; now < until; advance(100ms)) {
            collect();
            for (const auto& send : std::exchange(requests, {})) answer_call(send);
            for (; welcomed_ < dials.size(); ++welcomed_) {
                open_ = welcome(fmt::format("S{}", welcomed_));
            }
            if (open_ != 0) frame(open_, keepalive_frame());
            for (const auto key : std::exchange(closes, {})) {
                if (key == open_) open_ = 0;
                end(key, {.close_code = 1000});
            }
        }
    }

    std::size_t claims = 0;
    bool is_refused = true;

private:
    [[nodiscard]] std::string last_id() const { return fmt::format("S{}", welcomed_ - 1); }

    void answer_call(const SendRequest& send) {
        const auto& target = send.request.url.target;
        if (send.request.method == "PATCH") {
            ++claims;
            answer(send, 202, is_refused ? rejected() : accepted(last_id()));
        } else if (target.find("/shards") != std::string::npos) {
            answer(send, 200,
                   fmt::format(R"({{"data":[{}],"pagination":{{}}}})",
                               row(3, is_refused ? "A" : last_id(),
                                   is_refused ? "websocket_disconnected" : "enabled")));
        } else if (target.ends_with("/conduits")) {
            answer(send, 200, R"({"data":[{"id":"conduit-1","shard_count":5}]})");
        }
    }

    std::size_t welcomed_ = 1;
    SessionKey open_ = 0;
};

TEST(WorkerRefusedClaims, AreRepeatedQuicklyAtFirst) {
    RefusedWorld world;

    world.pass(4s);

    EXPECT_GT(world.claims, 3U);
    EXPECT_EQ(world.dials.size(), 2U);
}

// The bug: 25 a minute without end, which a fleet has no points for.
TEST(WorkerRefusedClaims, AreMadeOnceASessionAfterAMinute) {
    RefusedWorld world;
    world.pass(3min);
    const auto claims = world.claims;
    const auto dials = world.dials.size();

    world.pass(20min);

    EXPECT_LE(world.claims - claims, world.dials.size() - dials + 1);
    EXPECT_LT(world.claims - claims, 20 * 8U);
    EXPECT_GT(world.claims - claims, 20 * 2U);
}

TEST(WorkerRefusedClaims, AreRepeatedQuicklyAgainAfterASuccess) {
    RefusedWorld world;
    world.pass(10min);
    world.is_refused = false;
    world.pass(1min);
    ASSERT_EQ(world.worker.state(), WorkerState::holding);
    world.is_refused = true;
    world.lose_session();
    const auto claims = world.claims;
    const auto dials = world.dials.size();

    world.pass(20s);

    EXPECT_GT(world.claims - claims, 2 * (world.dials.size() - dials));
}

// One that was refused a claim long ago has still all of its minute.
TEST(WorkerRefusedClaims, AreRepeatedQuicklyAgainAfterAPause) {
    RefusedClaims claims({});
    claims.on_refused(start);

    claims.on_refused(start + 1h);
    claims.on_refused(start + 1h + 59s);

    EXPECT_FALSE(claims.are_lasting());
}

TEST(WorkerRefusedClaims, LastOnceTheyHaveFollowedEachOtherForAMinute) {
    RefusedClaims claims({});
    claims.on_refused(start);
    claims.on_refused(start + 30s);

    claims.on_refused(start + 1min);

    EXPECT_TRUE(claims.are_lasting());
}

}  // namespace
}  // namespace conduitd
