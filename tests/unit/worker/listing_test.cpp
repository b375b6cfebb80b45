#include "worker/listing.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

const auto server_time = *parse_rfc3339("2026-03-04T05:06:07Z");

Shard place(std::string id, std::string session_id, std::string status = "enabled") {
    return {std::move(id), std::move(status), "websocket", std::move(session_id)};
}

Listing listing_of(std::vector<Shard> shards, std::uint32_t count) {
    Listing listing(count);
    listing.add({std::move(shards), {}}, server_time, {});
    return listing;
}

TEST(Listing, ShardThatIsNotListedOrNotEnabledIsUnserved) {
    const auto listing =
        listing_of({place("0", "A"), place("2", "B", "websocket_disconnected")}, 4);

    EXPECT_EQ(listing.unserved(), (ShardSet{1, 2, 3}));
    EXPECT_EQ(listing.find(1), nullptr);
    EXPECT_EQ(listing.find(2)->status, "websocket_disconnected");
}

TEST(Listing, NumbersBeyondTheCountAndWhatIsNoNumberArePassedOver) {
    const auto listing = listing_of(
        {place("0", "A"), place("2", "A"), place("-1", "A"), place("1x", "A"), place("", "A")}, 2);

    EXPECT_EQ(listing.at("A"), (ShardSet{0}));
    EXPECT_EQ(listing.unserved(), (ShardSet{1}));
}

TEST(Listing, SessionHasTheDeadAmongItsShardsAndIsAliveWithAnEnabledOne) {
    const auto listing = listing_of(
        {place("0", "A"), place("1", "A", "websocket_disconnected"), place("2", "B", "x")}, 3);

    EXPECT_EQ(listing.at("A"), (ShardSet{0, 1}));
    EXPECT_EQ(listing.sessions().size(), 1U);
    EXPECT_EQ(listing.sessions().at("A"), (std::vector<std::uint32_t>{0}));
}

TEST(Listing, ShardsWereAskedForWithTheFirstOfTheirPages) {
    const TimePoint asked_at{1h};
    Listing listing(3);
    listing.add({{place("0", "A")}, {}}, server_time, {"", asked_at});
    listing.add({{place("1", "A"), place("2", "A")}, {}}, server_time, {"n", asked_at + 1s});

    EXPECT_EQ(listing.asked_at({2}), asked_at + 1s);
    EXPECT_EQ(listing.asked_at({0, 2}), asked_at);
    EXPECT_EQ(listing.asked_at({}), asked_at);
}

TEST(Listing, WebhooksAreNoSession) {
    const Shard webhook{"0", "enabled", "webhook", ""};
    const auto listing = listing_of({webhook}, 1);

    EXPECT_TRUE(listing.sessions().empty());
    EXPECT_TRUE(listing.at("").empty());
    EXPECT_TRUE(listing.unserved().empty());
}

TEST(Listing, EnabledShardWithoutATransportIsNobodys) {
    const auto listing =
        listing_of({place("0", ""), {"1", "enabled", "", ""}, {"2", "enabled", "other", ""}}, 3);

    EXPECT_EQ(listing.unserved(), (ShardSet{0, 1}));
    EXPECT_EQ(listing.at(""), (ShardSet{}));
}

TEST(Listing, ShardIsDeadSinceItsSessionEndedByTheServersClock) {
    auto dead = place("0", "A", "websocket_disconnected");
    dead.disconnected_at = server_time - 7s;
    auto early = place("1", "A", "websocket_disconnected");
    early.disconnected_at = server_time + 1s;
    auto listing = listing_of({dead, early, place("2", "A")}, 4);
    dead.id = "3";
    listing.add({{dead}, {}}, std::nullopt, {});

    EXPECT_EQ(listing.find(0)->dead_for, 7s);
    EXPECT_EQ(listing.find(1)->dead_for, 0s);
    EXPECT_FALSE(listing.find(2)->dead_for);
    EXPECT_FALSE(listing.find(3)->dead_for);
}

// The bug: of a death at the end of the server's second almost a second was not told.
TEST(Listing, ShardMayHaveDiedAsEarlyAsTheServersClockAllows) {
    auto dead = place("0", "A", "websocket_disconnected");
    dead.disconnected_at = server_time - 7s;
    Listing listing(2);

    listing.add({{dead, place("1", "A")}, {}}, server_time, {{}, TimePoint(1h)});

    EXPECT_EQ(listing.find(0)->died_at, TimePoint(1h) - 8s);
    EXPECT_FALSE(listing.find(1)->died_at);
}

TEST(Listing, PageOfAShardIsTheOneThatHasItOrWouldHaveIt) {
    Listing listing(10);
    listing.add({{place("0", "A"), place("2", "A")}, "c1"}, server_time, {"", {}});
    listing.add({{place("5", "A"), place("7", "A")}, ""}, server_time, {"c1", {}});

    EXPECT_EQ(listing.page_of(2).cursor, "");
    EXPECT_EQ(listing.page_of(4).cursor, "");
    EXPECT_EQ(listing.page_of(5).cursor, "c1");
    EXPECT_EQ(listing.page_of(9).cursor, "c1");
    EXPECT_EQ(listing_of({place("5", "A")}, 9).page_of(1).cursor, "");
}

TEST(Listing, HostileCountIsCut) {
    EXPECT_EQ(Listing(UINT32_MAX).shard_count(), Listing::shards_max);
}

}  // namespace
}  // namespace conduitd
