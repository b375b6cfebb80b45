#include "worker/choice.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint listed_then{1h};

Shard at_session(unsigned id, std::string session_id, std::string status = "enabled") {
    return {std::to_string(id), std::move(status), "websocket", std::move(session_id)};
}

// Of six shards, in two pages: 0 and 3 are guests of H, 2 has died, 4 never was bound.
Listing two_pages() {
    Listing listing(6);
    listing.add(
        {{at_session(0, "H"), at_session(1, "H"), at_session(2, "Z", "websocket_disconnected")},
         "second"},
        std::nullopt, {{}, listed_then});
    listing.add({{at_session(3, "H"), at_session(5, "Y")}, {}}, std::nullopt,
                {"second", listed_then + 1s});
    return listing;
}

bool is_own(const std::string& session_id) {
    return session_id == "A";
}

ShardSet lost_of(const ShardSet& shards, std::vector<Shard> first, std::vector<Shard> second) {
    Choice choice(shards, two_pages());
    choice.begin_check();
    choice.on_page({std::move(first), "second"}, listed_then + 5s, is_own);
    choice.on_page({std::move(second), {}}, listed_then + 6s, is_own);
    EXPECT_FALSE(choice.next_cursor());
    return choice.take_lost();
}

TEST(Choice, IsReadAgainPageByPage) {
    Choice choice({0, 2, 4}, two_pages());
    EXPECT_EQ(choice.asked_at(), listed_then);
    EXPECT_EQ(choice.page().cursor, "");

    choice.begin_check();
    EXPECT_EQ(choice.next_cursor(), "");
    choice.on_page({{at_session(0, "H"), at_session(3, "H")}, "second"}, listed_then + 5s, is_own);
    EXPECT_EQ(choice.next_cursor(), "second");
    choice.on_page({{}, {}}, listed_then + 6s, is_own);

    EXPECT_FALSE(choice.next_cursor());
    EXPECT_EQ(choice.asked_at(), listed_then + 5s);
    EXPECT_TRUE(choice.take_lost().empty());
    EXPECT_EQ(choice.shards(), (ShardSet{0, 2, 4}));
}

TEST(Choice, WhatSomebodyElseHasByNowIsLost) {
    EXPECT_EQ(
        lost_of({0, 2, 4}, {at_session(0, "owner"), at_session(1, "H"), at_session(2, "back")},
                {at_session(4, "X"), at_session(5, "Y")}),
        (ShardSet{0, 2, 4}));
}

TEST(Choice, GuestWhoseHostHasDiedIsLeftToItsOwnerForNow) {
    EXPECT_EQ(lost_of({0, 3},
                      {at_session(0, "H", "websocket_disconnected"), at_session(1, "H"),
                       at_session(2, "Z", "websocket_disconnected")},
                      {at_session(3, "H")}),
              (ShardSet{0}));
}

// The bug: the host, which had no other any more, lost what it kept for its own.
TEST(Choice, GuestThatIsTheOnlyOneOfItsHostByNowIsLost) {
    Listing listing(3);
    listing.add({{at_session(0, "H"), at_session(1, "H"), at_session(2, "Y")}, {}}, std::nullopt,
                {{}, listed_then});
    for (const bool has_another : {false, true}) {
        Choice choice({1}, listing);
        choice.begin_check();
        choice.on_page({{at_session(0, has_another ? "H" : "owner"), at_session(1, "H")}, {}},
                       listed_then + 5s, is_own);
        EXPECT_EQ(choice.take_lost(), has_another ? ShardSet() : ShardSet{1});
    }
}

TEST(Choice, WhatHasComeToASessionOfOursIsOurs) {
    EXPECT_TRUE(lost_of({2, 4}, {at_session(2, "A"), at_session(3, "H")},
                        {at_session(4, "A", "websocket_disconnected")})
                    .empty());
}

// The bug: a free shard that a webhook had taken looked as free as before.
TEST(Choice, WebhookHasItsShard) {
    EXPECT_EQ(lost_of({2, 4}, {{"2", "enabled", "webhook", ""}, at_session(3, "H")},
                      {{"4", "webhook_callback_verification_pending", "webhook", ""}}),
              (ShardSet{2, 4}));
}

// A page has room for so many, and others are listed now that were not.
TEST(Choice, ShardBehindTheEndOfItsPageIsNotKnownToBeFree) {
    EXPECT_EQ(lost_of({2, 4}, {at_session(0, "H"), at_session(1, "H")}, {}), (ShardSet{2}));
}

// The bug: the last free shard of a page was lost in every check, with nothing changed.
TEST(Choice, ShardThatNeverWasBoundIsFreeThoughItsPageEndsBeforeIt) {
    Listing listing(4);
    listing.add({{at_session(0, "P"), at_session(1, "Q")}, "second"}, std::nullopt,
                {{}, listed_then});
    listing.add({{at_session(3, "R")}, {}}, std::nullopt, {"second", listed_then});
    Choice choice({2}, listing);

    choice.begin_check();
    choice.on_page({{at_session(0, "P"), at_session(1, "Q")}, "second"}, listed_then + 5s, is_own);

    EXPECT_FALSE(choice.next_cursor());
    EXPECT_TRUE(choice.take_lost().empty());
}

}  // namespace
}  // namespace conduitd
