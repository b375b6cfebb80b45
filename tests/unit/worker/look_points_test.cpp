#include "worker/auto_world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr const char* five_shards = R"({"data":[{"id":"conduit-1","shard_count":5}]})";

std::string page_before(const std::string& rows, std::string_view cursor) {
    return fmt::format(R"({{"data":[{}],"pagination":{{"cursor":"{}"}}}})", rows, cursor);
}

// A worker that stands by, up to the moment before its second look.
class LookPointsWorld : public AutoWorld {
public:
    void stand_by() {
        begin();
        answer_survey(rows({"P", "Q", "R", "S", "T"}));
        while (!has_survey()) advance(1s);
    }
};

// The bug: with many pages all that it had cost was lost at the half, again and again.
TEST(WorkerLookPoints, LookThatHasBegunGoesOnBelowHalfOfThem) {
    LookPointsWorld world;
    world.stand_by();
    world.answer_with_points(world.take_survey(), 400, five_shards);

    world.answer_with_points(world.take_request("GET", "/conduits/shards"), 399,
                             page_before(world.row(0, "P"), "second"));

    EXPECT_TRUE(world.has_request("GET", "after=second"));
}

TEST(WorkerLookPoints, LookThatHasBegunIsBrokenOffAtTheLastEighth) {
    LookPointsWorld world;
    world.stand_by();
    world.answer_with_points(world.take_survey(), 400, five_shards);

    world.answer_with_points(world.take_request("GET", "/conduits/shards"), 99,
                             page_before(world.row(0, "P"), "second"));

    EXPECT_FALSE(world.has_request("GET", "/conduits"));
    world.advance(10s);
    EXPECT_FALSE(world.has_request("GET", "/conduits"));
}

// The bug: each reason for a look began it anew, so that in a conduit of 200 pages none ended.
TEST(WorkerLookPoints, LookThatHasReadPagesGoesOnAndAnotherFollowsWhereThereIsAReason) {
    LookPointsWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "", "R", "S"}));
    auto key = world.welcome("A");
    world.accept(2, "A");
    for (int i = 0; i < 60 && !world.has_survey(); ++i) world.keep_alive(key);
    world.answer(world.take_survey(), 200, five_shards);
    world.answer(world.take_request("GET", "/conduits/shards"), 200,
                 page_before(world.rows({"P", "Q"}), "second"));

    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    key = world.welcome("B");
    world.accept(2, "B");
    world.advance(1ms);
    EXPECT_FALSE(world.has_survey());
    world.answer(world.take_request("GET", "after=second"), 200,
                 page_before(world.row(2, "B") + "," + world.row(3, "R"), ""));
    world.advance(1ms);

    EXPECT_TRUE(world.has_survey());
}

TEST(WorkerLookPoints, NoOtherLookBeginsBelowHalfOfThem) {
    LookPointsWorld world;
    world.stand_by();
    world.answer_with_points(world.take_survey(), 400, five_shards);
    world.answer_with_points(world.take_request("GET", "/conduits/shards"), 399,
                             page_before(world.rows({"P", "Q", "R", "S", "T"}), ""));
    const auto since = world.now;

    while (!world.has_survey()) world.advance(1s);

    EXPECT_GE(world.now - since, 1min);  // by then they are back
}

TEST(WorkerLookPoints, FirstLookOfAWorkerWithoutAShardMayUseThemButForAnEighth) {
    for (const unsigned points : {100, 99}) {
        LookPointsWorld world;
        world.worker.start(world.now);
        world.grant_token();

        world.answer_with_points(world.take_request("GET", "/eventsub/conduits"), points,
                                 five_shards);
        world.advance(0s);

        EXPECT_EQ(world.has_survey(), points == 100) << points;
        // The bug: it waited for a minute and said nothing.
        EXPECT_EQ(world.has_logged("few points of the client id are left"), points == 99);
        EXPECT_EQ(world.has_logged("points=99 points_a_minute=800 again_in_ms="), points == 99);
    }
}

// The bug: of many workers that grew a conduit at once, those that were not the last to claim a
// shard held on to it for a minute.
TEST(WorkerLookPoints, WhoHasLostTheShardLooksForAnotherThoughTheyAreFew) {
    LookPointsWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "", "R", "S"}));
    world.welcome("A");
    world.accept(2, "A");
    world.advance(1s);

    world.answer_with_points(
        world.take_request("GET", "/conduits/shards"), 100,
        fmt::format(R"({{"data":[{}],"pagination":{{}}}})", world.rows({"P", "Q", "X", "R", "S"})));
    world.advance(0s);

    EXPECT_TRUE(world.has_survey());
}

// The bug: with few points the background has minutes between two looks, and so had this one.
TEST(WorkerLookPoints, WhoHasLostTheShardIsNotPutOffForAsLongAsTheBackgroundWaits) {
    LookPointsWorld world;
    world.begin();
    world.answer_with_points(world.take_survey(), 8, five_shards, 8);
    world.answer_with_points(world.take_request("GET", "/conduits/shards"), 8,
                             page_before(world.rows({"P", "Q", "", "R", "S"}), ""), 8);
    const auto key = world.welcome("A");
    world.accept(2, "A");
    world.advance(1s);

    world.answer_with_points(world.take_request("GET", "/conduits/shards"), 0,
                             page_before(world.rows({"P", "Q", "X", "R", "S"}), ""), 8);
    world.requests.clear();
    const auto since = world.now;
    while (!world.has_survey() && world.now < since + 10min) world.keep_alive(key);

    EXPECT_LE(world.now - since, 105s);
}

// The bug: a look that found no points was tried again at once, and then every few seconds.
TEST(WorkerLookPoints, LookThatFindsNoneIsNotTriedAgainBeforeTheyAreBack) {
    LookPointsWorld world;
    world.stand_by();
    const auto since = world.now;
    const WallTime wall(std::chrono::seconds(1'000'000));

    world.worker.on_response(world.take_survey().id,
                             HttpResponse{429,
                                          {{"Ratelimit-Limit", "800"},
                                           {"Ratelimit-Remaining", "0"},
                                           {"Ratelimit-Reset", "1000050"}},
                                          R"({"error":"Too Many Requests"})"},
                             world.now, wall);
    while (!world.has_request("GET", "/conduits")) world.advance(1s);

    EXPECT_GE(world.now - since, 50s);
}

// The bug: in a conduit of 20,000 shards reading one back cost two hundred points each time.
TEST(WorkerLookPoints, ShardIsReadBackFromThePageThatHadIt) {
    LookPointsWorld world;
    world.begin();
    world.answer(world.take_survey(), 200, five_shards);
    world.answer(world.take_request("GET", "/conduits/shards"), 200,
                 page_before(world.rows({"P", "Q", "R"}), "second"));
    world.answer(world.take_request("GET", "after=second"), 200,
                 page_before(world.row(3, "S"), ""));
    world.welcome("A");
    world.accept(4, "A");

    world.advance(1s);

    EXPECT_TRUE(world.has_request("GET", "after=second"));
}

}  // namespace
}  // namespace conduitd
