#include "worker/shard_look.hpp"

#include "helix/error.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

Completion page(std::string_view shards, std::string_view cursor = "") {
    const auto pagination =
        cursor.empty() ? std::string("{}") : fmt::format(R"({{"cursor":"{}"}})", cursor);
    return {1,
            HttpResponse{
                200, {}, fmt::format(R"({{"data":[{}],"pagination":{}}})", shards, pagination)},
            {}};
}

std::string row(unsigned shard, std::string_view session = "A") {
    return fmt::format(
        R"({{"id":"{}","status":"enabled","transport":{{"method":"websocket","session_id":"{}"}}}})",
        shard, session);
}

TEST(ShardLook, FindsItsShardAmongOthers) {
    ShardLook look({3});

    const auto step = look.on_page(page(row(30) + "," + row(3, "B")));

    EXPECT_EQ(std::get<ShardsSeen>(step).shards.at(0).session_id, "B");
}

TEST(ShardLook, FollowsTheCursorUntilItsShardComes) {
    ShardLook look({3});

    const auto first = look.on_page(page(row(0) + "," + row(1), "p2"));
    const auto second = look.on_page(page(row(2) + "," + row(3), "p3"));

    EXPECT_EQ(std::get<LookFurther>(first).cursor, "p2");
    EXPECT_EQ(std::get<ShardsSeen>(second).shards.size(), 1U);
}

TEST(ShardLook, PageThatHadTheShardIsAllThatIsReadWhereItStillHasIt) {
    ShardLook look({3}, ShardLook::From::page_that_had_them);

    const auto step = look.on_page(page(row(2) + "," + row(3), "p3"));

    EXPECT_EQ(std::get<ShardsSeen>(step).shards.size(), 1U);
}

TEST(ShardLook, PageThatHasTheShardNoMoreIsFollowedByTheFirst) {
    ShardLook look({3}, ShardLook::From::page_that_had_them);

    const auto first = look.on_page(page(row(4), "p3"));
    const auto second = look.on_page(page(row(0), "p2"));
    const auto third = look.on_page(page(row(3, "B"), "p3"));

    EXPECT_EQ(std::get<LookFurther>(first).cursor, "");
    EXPECT_EQ(std::get<LookFurther>(second).cursor, "p2");
    EXPECT_EQ(std::get<ShardsSeen>(third).shards.at(0).session_id, "B");
}

TEST(ShardLook, CursorThatIsRefusedIsFollowedByTheFirstPage) {
    ShardLook look({3}, ShardLook::From::page_that_had_them);

    const auto first =
        look.on_page({1, ErrorCode(HelixError::invalid_request), "400 invalid cursor"});
    const auto second = look.on_page(page(row(3)));

    EXPECT_EQ(std::get<LookFurther>(first).cursor, "");
    EXPECT_EQ(std::get<ShardsSeen>(second).shards.size(), 1U);
}

TEST(ShardLook, ShardOnNoPageIsNotListed) {
    ShardLook look({3});

    (void)look.on_page(page(row(0), "p2"));

    EXPECT_TRUE(std::get<ShardsSeen>(look.on_page(page(row(1)))).shards.empty());
}

TEST(ShardLook, SeveralAreLookedForUntilTheLastOfThem) {
    ShardLook look({1, 4, 7});

    const auto first = look.on_page(page(row(1) + "," + row(2), "p2"));
    const auto second = look.on_page(page(row(7) + "," + row(4), "p3"));

    EXPECT_EQ(std::get<LookFurther>(first).cursor, "p2");
    EXPECT_EQ(std::get<ShardsSeen>(second).shards.size(), 3U);
    EXPECT_EQ(look.pages(), 2U);
}

TEST(ShardLook, CursorsThatGoRoundAreNotFollowedTwice) {
    ShardLook look({3});

    (void)look.on_page(page(row(0), "a"));
    (void)look.on_page(page(row(1), "b"));
    const auto step = look.on_page(page(row(0), "a"));

    EXPECT_EQ(std::get<LookFailed>(step).why, "the listing repeats itself");
}

TEST(ShardLook, ListingThatNeverEndsIsGivenUp) {
    ShardLook look({3});

    std::size_t pages = 1;
    while (std::holds_alternative<LookFurther>(
        look.on_page(page(row(0), "c" + std::to_string(pages))))) {
        ++pages;
    }

    EXPECT_EQ(pages, ShardLook::pages_max);
}

TEST(ShardLook, UnreadableAnswersAndEndlessCursorsFail) {
    ShardLook look({3});

    const auto not_json = look.on_page({1, HttpResponse{200, {}, "<html>"}, {}});
    const auto failed =
        look.on_page({1, ErrorCode(HelixError::unavailable), "503 Service Unavailable"});
    const auto endless = look.on_page(page(row(0), std::string(5000, 'c')));

    EXPECT_TRUE(std::holds_alternative<LookFailed>(not_json));
    EXPECT_EQ(std::get<LookFailed>(failed).why, "503 Service Unavailable");
    EXPECT_TRUE(std::holds_alternative<LookFailed>(endless));
}

}  // namespace
}  // namespace conduitd
