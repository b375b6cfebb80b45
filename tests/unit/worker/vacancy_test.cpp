#include "worker/vacancy.hpp"

#include <gtest/gtest.h>

#include <map>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr auto owner_grace = 5s;
const auto listed_at = *parse_rfc3339("2026-03-04T05:06:07Z");

Shard live(unsigned id, std::string session_id) {
    return {std::to_string(id), "enabled", "websocket", std::move(session_id)};
}

Shard dead(unsigned id, Duration since) {
    auto shard = live(id, "dead");
    shard.status = "websocket_disconnected";
    shard.disconnected_at = listed_at - since;
    return shard;
}

Listing conduit_of(std::vector<Shard> shards, std::uint32_t count) {
    Listing listing(count);
    listing.add({std::move(shards), {}}, listed_at, {});
    return listing;
}

TEST(Vacancies, AreWhatIsNotServedAndTheGuestsOfOthers) {
    const auto listing = conduit_of(
        {live(0, "A"), live(1, "A"), live(2, "B"), dead(3, 1min), live(4, "me"), live(5, "me")}, 7);

    const auto vacancies = find_vacancies(listing, "me", owner_grace);

    EXPECT_EQ(vacancies.free, (ShardSet{3, 6}));
    EXPECT_EQ(vacancies.guests, (ShardSet{1}));
    EXPECT_FALSE(vacancies.has_fresh_deaths);
}

TEST(Vacancies, ShardThatHasJustDiedIsLeftToItsOwner) {
    const auto vacancies =
        find_vacancies(conduit_of({dead(0, 4s), dead(1, 5s)}, 2), "me", owner_grace);

    EXPECT_EQ(vacancies.free, (ShardSet{1}));
    EXPECT_TRUE(vacancies.has_fresh_deaths);
}

TEST(Vacancies, OfThoseThatAreWishedForAreTheDeadAndWhatAHostKeeps) {
    const auto listing =
        conduit_of({live(0, "A"), live(1, "A"), live(2, "B"), live(3, "C"), live(4, "C")}, 7);

    const auto vacancies = find_vacancies(listing, "me", owner_grace, {0, 1, 2, 4, 6, 9});

    EXPECT_EQ(vacancies.free, (ShardSet{6}));  // 9 is beyond the conduit
    EXPECT_EQ(vacancies.guests, (ShardSet{4}));
}

// The bug: a webhook that was given a shard lost it again before it could answer.
TEST(Vacancies, WhatAWebhookIsBeingVerifiedForIsNotFree) {
    const auto listing = conduit_of({{"0", "webhook_callback_verification_pending", "webhook", ""},
                                     {"1", "webhook_callback_verification_failed", "webhook", ""},
                                     {"2", "notification_failures_exceeded", "webhook", ""}},
                                    3);

    EXPECT_EQ(find_vacancies(listing, "me", owner_grace).free, (ShardSet{1, 2}));
    EXPECT_EQ(find_vacancies(listing, "me", owner_grace, {0, 1}).free, (ShardSet{1}));
    EXPECT_TRUE(find_vacancies(listing, "me", owner_grace, {0, 1}).guests.empty());
}

TEST(Vacancies, WorkerThatHasNothingButOursIsNoHost) {
    const auto listing = conduit_of({live(0, "A"), live(1, "A"), live(2, "B")}, 3);

    EXPECT_FALSE(is_host(listing, "A", {0, 1}));
    EXPECT_TRUE(is_host(listing, "A", {0}));
    EXPECT_FALSE(is_host(listing, "unknown", {0}));
}

TEST(ChooseShard, PrefersTheOneOfLastTimeThenAFreeOneThenAGuest) {
    Random random(1);
    const Vacancies both{.free = {3}, .guests = {5, 6}};

    EXPECT_EQ(choose_shard(both, 6, random), 6U);
    EXPECT_EQ(choose_shard(both, 9, random), 3U);
    EXPECT_EQ(choose_shard({.free = {}, .guests = {5}}, {}, random), 5U);
    EXPECT_FALSE(choose_shard({}, 3, random));
}

// Chi-square with 19 degrees of freedom: beyond 43.8 is one in a thousand. The seed is fixed.
TEST(ChooseShard, IsUniform) {
    Random random(42);
    Vacancies vacancies;
    for (unsigned id = 0; id < 20; ++id) vacancies.free.insert({id});
    std::map<std::uint32_t, int> counts;
    for (int i = 0; i < 20'000; ++i) ++counts[*choose_shard(vacancies, {}, random)];

    double chi_square = 0;
    for (const auto& [id, count] : counts) chi_square += (count - 1000.0) * (count - 1000.0) / 1000;

    EXPECT_EQ(counts.size(), 20U);
    EXPECT_LT(chi_square, 43.8);
}

}  // namespace
}  // namespace conduitd
