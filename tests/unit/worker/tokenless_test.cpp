#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

// A worker whose credentials are refused while it has its shard.
class TokenlessWorld : public World {
public:
    TokenlessWorld() {
        old = become_ready("A");
        refuse_token(old);
    }

    void read_for(Duration duration) {
        for (const auto until = now + duration; now < until;) keep_alive(old);
    }

    // The next try, a minute later at most, brings a token.
    void get_token() {
        while (!has_request("POST", "/oauth2/token")) advance(1s);
        grant_token();
        advance({});
    }

    SessionKey old{};
};

// The bug: it dialled sessions that it could not claim, and closed each again.
TEST(WorkerTokenless, LostSessionIsReplacedOnceThereIsAToken) {
    TokenlessWorld world;
    world.end(world.old, {.what = "reset"});

    world.advance(10min);
    EXPECT_EQ(world.dials.size(), 1U);
    EXPECT_EQ(world.worker.state(), WorkerState::seeking);
    world.get_token();

    EXPECT_EQ(world.dials.size(), 2U);
    world.welcome("B");
    world.accept_claim("B");
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_EQ(world.gaps.size(), 1U);
}

// The bug: it was said to have begun, though nothing was dialled.
TEST(WorkerTokenless, RotationSaysThatItWaitsForAToken) {
    TokenlessWorld world;

    EXPECT_EQ(world.worker.rotate(world.now), RotateVerdict::waits_for_token);

    world.read_for(1min);
    EXPECT_EQ(world.dials.size(), 1U);
    world.get_token();
    EXPECT_EQ(world.dials.size(), 2U);
}

TEST(WorkerTokenless, SilentSessionIsReplacedOnceThereIsAToken) {
    TokenlessWorld world;

    world.advance(1min);
    EXPECT_EQ(world.dials.size(), 1U);
    EXPECT_EQ(world.worker.state(), WorkerState::moving);
    world.get_token();

    EXPECT_EQ(world.dials.size(), 2U);
}

TEST(WorkerTokenless, SilentSessionThatSpeaksAgainNeedsNoReplacement) {
    TokenlessWorld world;
    world.advance(11s);

    world.read_for(2min);

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    world.get_token();
    EXPECT_EQ(world.dials.size(), 1U);
}

// Its session comes with the shard.
TEST(WorkerTokenless, ReconnectUrlIsDialledAllTheSame) {
    TokenlessWorld world;

    world.frame(world.old, reconnect_frame("A", reconnect_url));

    ASSERT_EQ(world.dials.size(), 2U);
    world.welcome("A");
    EXPECT_EQ(world.worker.status().session_id, "A");
}

TEST(WorkerTokenless, PlanBWaitsForAToken) {
    TokenlessWorld world;
    world.frame(world.old, reconnect_frame("A", reconnect_url));
    world.end(world.dials.back().key, {.close_code = {}, .http_status = 403, .what = {}});

    world.read_for(20s);
    EXPECT_EQ(world.dials.size(), 2U);
    world.get_token();

    ASSERT_EQ(world.dials.size(), 3U);
    EXPECT_EQ(world.dials.back().url.host, "eventsub.example");
}

// Twitch grants tokens, and Helix refuses each. Sessions are welcomed.
class RefusingWorld : public World {
public:
    void pass(Duration duration) {
        for (const auto until = now + duration; now < until; advance(100ms)) {
            for (const auto& send : std::exchange(requests, {})) answer_call(send);
            for (; welcomed_ < dials.size(); ++welcomed_) welcome(fmt::format("S{}", welcomed_));
            for (const auto key : std::exchange(closes, {})) {
                end(key, {.close_code = 1000});
                ++ended;
            }
            collect();
        }
    }

    // The session dialled last has ended: no token came in time.
    bool is_without_token() const {
        const auto is_claim = [](const std::string& line) {
            return line.find("claim failed") != std::string::npos;
        };
        const auto last = std::find_if(log.rbegin(), log.rend(), is_claim);
        return ended + 1 == dials.size() && last != log.rend() &&
               last->find("no access token yet") != std::string::npos;
    }

    std::size_t grants = 0;
    std::size_t ended = 0;

private:
    void answer_call(const SendRequest& send) {
        const auto& target = send.request.url.target;
        if (target == "/oauth2/token") {
            answer(send, 200,
                   fmt::format(R"({{"access_token":"t{}","expires_in":5000000}})", ++grants));
        } else if (target == "/oauth2/validate") {
            answer(send, 200, R"({"client_id":"client","scopes":[],"expires_in":4999000})");
        } else {
            answer(send, 401, R"({"error":"Unauthorized","status":401,"message":"Invalid"})");
        }
    }

    std::size_t welcomed_ = 1;
};

TEST(WorkerTokenless, FewSessionsAreDialledWhereEachTokenIsRefused) {
    RefusingWorld world;
    world.end(world.become_ready("A"), {.what = "reset"});

    world.pass(1h);

    EXPECT_GT(world.grants, 30U);
    EXPECT_LE(world.dials.size(), world.grants);
}

// The bug: the next dial waited as long as the backoff said, though a token came sooner.
TEST(WorkerTokenless, SessionThatNoTokenCameForIsReplacedOnceThereIsOne) {
    RefusingWorld world;
    world.end(world.become_ready("A"), {.what = "reset"});
    auto replaced = 0U;

    for (const auto until = world.now + 1h; world.now < until;) {
        const auto dials = world.dials.size();
        const auto grants = world.grants;
        const bool is_waiting = world.is_without_token();
        world.pass(100ms);
        if (is_waiting && world.grants > grants) {
            EXPECT_EQ(world.dials.size(), dials + 1);
            ++replaced;
        }
    }
    EXPECT_GT(replaced, 5U);
}

}  // namespace
}  // namespace conduitd
