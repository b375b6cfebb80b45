#include "worker/auto_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// The conduit has been made smaller, and its claim for the next session is refused.
void be_refused_after_loss(World& world) {
    const auto key = world.become_ready("A");
    world.end(key, {.close_code = 4000});
    world.advance(1s);
    world.welcome("B");
    world.answer(world.take_request("PATCH", "/conduits/shards"), 202, World::rejected());
}

// The bug: a shard that the conduit had no more was claimed for ever, for one session after the
// other, as nobody read the listing meanwhile.
TEST(WorkerShrunkConduit, ShardThatIsGoneIsNotClaimedForEver) {
    World world;
    be_refused_after_loss(world);

    world.answer_survey(World::row(0, "Y"), 3);

    EXPECT_TRUE(world.has_logged("the conduit was made smaller: the shard is gone"));
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    world.advance(1min);
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
}

TEST(WorkerShrunkConduit, SessionThatCarriedTheGoneShardIsLeft) {
    World world;
    const auto key = world.become_ready("A");
    world.advance(1s);
    world.frame(key, reconnect_frame("A", cell_url));
    world.welcome("B");
    world.answer(world.take_request("PATCH", "/conduits/shards"), 202, World::rejected());

    world.answer_survey(World::row(0, "Y"), 3);

    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_TRUE(world.worker.status().shards.empty());
}

// The operator copied the session onto a lower number, and it was lost before that was read.
TEST(WorkerShrunkConduit, ShardThatWasMovedIsClaimedUnderItsLowerNumber) {
    World world;
    be_refused_after_loss(world);

    world.answer_survey(World::row(0, "Y") + "," + World::row(1, "A", "websocket_disconnected"), 3);
    world.advance(3s);

    EXPECT_THAT(world.take_request("PATCH", "/conduits/shards").request.body,
                HasSubstr(R"("id":"1")"));
}

TEST(WorkerShrunkConduit, WhoTakesAnyShardTakesAnother) {
    AutoWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "R", "S", ""}));
    const auto key = world.welcome("A");
    world.accept(4, "A");
    world.end(key, {.close_code = 4000});
    world.advance(1s);
    world.welcome("B");
    world.answer(world.take_request("PATCH", "/conduits/shards"), 202,
                 R"({"data":[],"errors":[{"id":"4","message":"no such shard","code":"bad"}]})");

    world.answer_survey(world.rows({"P", "Q", "", "S"}), 4);

    EXPECT_THAT(world.accept(2, "B"), HasSubstr(R"("id":"2")"));
}

// Of the others nothing is lost for the sake of one.
TEST(WorkerShrunkConduit, OthersOfASetAreClaimedWithoutIt) {
    auto options = World::default_options();
    options.conduit.shards = {2, 3};
    World world(std::move(options));
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    const auto claim = [&](std::string_view session_id) {
        world.answer(world.take_request("PATCH", "/conduits/shards"), 202,
                     fmt::format(R"({{"data":[{},{}],"errors":[]}})", World::row(2, session_id),
                                 World::row(3, session_id)));
    };
    const auto key = world.welcome("A");
    claim("A");
    world.end(key, {.close_code = 4000});
    world.advance(1s);
    world.welcome("B");
    world.answer(world.take_request("PATCH", "/conduits/shards"), 202,
                 R"({"data":[)" + World::row(2, "B") +
                     R"(],"errors":[{"id":"3","message":"no such shard","code":"bad"}]})");

    world.answer_survey(World::row(2, "B"), 3);
    world.advance(3s);
    const auto claim_of_rest = world.take_request("PATCH", "/conduits/shards");
    world.answer(claim_of_rest, 202, R"({"data":[)" + World::row(2, "B") + R"(],"errors":[]})");

    EXPECT_THAT(claim_of_rest.request.body, testing::Not(HasSubstr(R"("id":"3")")));

    EXPECT_TRUE(world.has_logged("the conduit was made smaller: the shard is gone shard=3"));
    EXPECT_EQ(world.worker.status().shards, (ShardSet{2}));
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
}

}  // namespace
}  // namespace conduitd
