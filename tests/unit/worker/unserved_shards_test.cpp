#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr char alarm[] = "several shards have no session: events may be missed";

// A worker with shard 3 of five, and what it reads in the background.
class ListedWorld : public World {
public:
    // The whole listing, once it is asked for; its first page alone is all in order.
    void list(const std::string& rows) {
        while (!has_survey()) {
            keep_alive(key);
            if (has_survey()) break;
            if (has_request("GET", "/conduits/shards")) {
                answer(take_request("GET", "/conduits/shards"), 200,
                       fmt::format(R"({{"data":[{}],"pagination":{{}}}})", row(3, "A")));
            }
        }
        answer_survey(rows);
    }

    SessionKey key = become_ready("A");
};

std::string five_shards(const std::string& first, const std::string& second) {
    return World::row(0, "W", first) + "," + World::row(1, "X", second) + "," + World::row(2, "Y") +
           "," + World::row(3, "A") + "," + World::row(4, "Z");
}

TEST(WorkerUnservedShards, AreCountedByEachListing) {
    ListedWorld world;
    EXPECT_EQ(world.worker.status().shards_unserved, std::nullopt);

    world.list(five_shards("enabled", "websocket_disconnected"));

    EXPECT_EQ(world.worker.status().shards_listed, 5U);
    EXPECT_EQ(world.worker.status().shards_unserved, 1U);
    EXPECT_FALSE(world.has_logged(alarm));
}

TEST(WorkerUnservedShards, SeveralAreAnAlarm) {
    ListedWorld world;

    world.list(five_shards("websocket_disconnected", "websocket_disconnected"));

    EXPECT_EQ(world.worker.status().shards_unserved, 2U);
    EXPECT_TRUE(world.has_logged(alarm));
    EXPECT_FALSE(world.has_logged("the shards have sessions again"));
}

TEST(WorkerUnservedShards, AlarmEndsWithTheListingThatHasThem) {
    ListedWorld world;
    world.list(five_shards("websocket_disconnected", "websocket_disconnected"));

    world.list(five_shards("enabled", "websocket_disconnected"));

    EXPECT_TRUE(world.has_logged("the shards have sessions again"));
}

TEST(WorkerUnservedShards, OwnShardsAreNoAlarm) {
    ListedWorld world;

    world.list(World::row(0, "W") + "," + World::row(1, "X", "websocket_disconnected") + "," +
               World::row(2, "Y") + "," + World::row(3, "A", "websocket_disconnected") + "," +
               World::row(4, "Z"));

    EXPECT_EQ(world.worker.status().shards_unserved, 2U);
    EXPECT_FALSE(world.has_logged(alarm));
}

}  // namespace
}  // namespace conduitd
