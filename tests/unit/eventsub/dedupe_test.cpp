#include "eventsub/dedupe.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace conduitd {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint start{std::chrono::hours(1)};

std::string id_of(std::size_t number) {
    return "uSnsZewat0JuUuJaWhI4C1fy1inZLEmeAsOoRc9mH" + std::to_string(number) + "=";
}

TEST(DedupeWindow, TellsFreshFromRepeated) {
    DedupeWindow window(DedupeOptions{});

    EXPECT_EQ(window.insert(digest_of("a"), start), Freshness::fresh);
    EXPECT_EQ(window.insert(digest_of("a"), start), Freshness::repeated);
    EXPECT_EQ(window.insert(digest_of("b"), start), Freshness::fresh);
    EXPECT_EQ(window.insert(digest_of("A"), start), Freshness::fresh);
    EXPECT_EQ(window.insert(digest_of(""), start), Freshness::fresh);
    EXPECT_EQ(window.insert(digest_of("a"), start + seconds(1)), Freshness::repeated);
    EXPECT_EQ(window.size(), 4u);
    EXPECT_EQ(window.evicted_early(), 0u);
}

TEST(DedupeWindow, RemembersAnIdForTheWholeWindow) {
    DedupeWindow window(DedupeOptions{});
    (void)window.insert(digest_of("a"), start);

    EXPECT_EQ(window.insert(digest_of("a"), start + minutes(10)), Freshness::repeated);
}

TEST(DedupeWindow, ForgetsAnIdSoonAfterTheWindow) {
    DedupeWindow window(DedupeOptions{});
    (void)window.insert(digest_of("a"), start);

    EXPECT_EQ(window.insert(digest_of("a"), start + minutes(12) + milliseconds(1)),
              Freshness::fresh);
    EXPECT_EQ(window.size(), 1u);
}

// The window counts from the first time, or a storm of repeats would keep ids for ever.
TEST(DedupeWindow, IsNotProlongedByRepeats) {
    DedupeWindow window(DedupeOptions{});
    (void)window.insert(digest_of("a"), start);
    for (int i = 1; i <= 10; ++i)
        EXPECT_EQ(window.insert(digest_of("a"), start + minutes(i)), Freshness::repeated);

    EXPECT_EQ(window.insert(digest_of("a"), start + minutes(13)), Freshness::fresh);
}

TEST(DedupeWindow, ForgetsTheOldestAtItsBoundAndCountsThem) {
    DedupeWindow window(DedupeOptions{minutes(10), 3});
    for (const char* id : {"a", "b", "c"}) (void)window.insert(digest_of(id), start);
    ASSERT_EQ(window.evicted_early(), 0u);

    EXPECT_EQ(window.insert(digest_of("a"), start), Freshness::repeated);
    EXPECT_EQ(window.insert(digest_of("d"), start), Freshness::fresh);

    EXPECT_EQ(window.size(), 3u);
    EXPECT_EQ(window.evicted_early(), 1u);
    EXPECT_EQ(window.insert(digest_of("b"), start), Freshness::repeated);
    EXPECT_EQ(window.insert(digest_of("c"), start), Freshness::repeated);
    EXPECT_EQ(window.insert(digest_of("d"), start), Freshness::repeated);
    EXPECT_EQ(window.insert(digest_of("a"), start), Freshness::fresh);
    EXPECT_EQ(window.evicted_early(), 2u);
}

TEST(DedupeWindow, DoesNotCountWhatLeavesInItsTime) {
    DedupeWindow window(DedupeOptions{minutes(10), 2});
    (void)window.insert(digest_of("a"), start);
    (void)window.insert(digest_of("b"), start);

    (void)window.insert(digest_of("c"), start + minutes(20));

    EXPECT_EQ(window.size(), 1u);
    EXPECT_EQ(window.evicted_early(), 0u);
}

TEST(DedupeWindow, HoldsItsBoundOfIdsInTwentyFourBytesEach) {
    constexpr std::size_t ids = 100'000;
    DedupeWindow window(DedupeOptions{minutes(10), ids});

    for (std::size_t i = 0; i < ids; ++i)
        ASSERT_EQ(window.insert(digest_of(id_of(i)), start), Freshness::fresh);

    for (std::size_t i = 0; i < ids; ++i) {
        ASSERT_EQ(window.insert(digest_of(id_of(i)), start + seconds(1)), Freshness::repeated) << i;
    }
    EXPECT_EQ(window.size(), ids);
    EXPECT_LE(window.memory_bytes(), ids * 24);
}

TEST(DedupeWindow, TakesLittleMemoryWhileItIsLittleUsed) {
    DedupeWindow window(DedupeOptions{});

    (void)window.insert(digest_of("a"), start);

    EXPECT_LE(window.memory_bytes(), 32u * 1024);
}

TEST(DedupeWindow, GrowsNoFurtherOnceTheRateIsSteady) {
    DedupeWindow window(DedupeOptions{seconds(80), 1'000'000});
    std::size_t number = 0;
    TimePoint now = start;
    const auto run = [&](seconds duration) {
        for (const TimePoint end = now + duration; now < end; now += milliseconds(2)) {
            ASSERT_EQ(window.insert(digest_of(id_of(number++)), now), Freshness::fresh);
        }
    };
    run(seconds(100));
    const auto grown = window.memory_bytes();

    run(seconds(300));

    EXPECT_LE(window.memory_bytes(), grown + 21 * 1024);  // one chunk for another phase
    EXPECT_LE(window.size(), 48'000u);                    // 500 a second for 1.2 windows
    EXPECT_GE(window.size(), 40'000u);
}

TEST(DedupeWindow, ComesBackToWorkAfterALongPause) {
    DedupeWindow window(DedupeOptions{});
    for (std::size_t i = 0; i < 5000; ++i) (void)window.insert(digest_of(id_of(i)), start);

    const TimePoint later = start + std::chrono::hours(24);

    for (std::size_t i = 0; i < 5000; ++i) {
        ASSERT_EQ(window.insert(digest_of(id_of(i)), later), Freshness::fresh) << i;
    }
    EXPECT_EQ(window.insert(digest_of(id_of(4999)), later), Freshness::repeated);
    EXPECT_EQ(window.size(), 5000u);
}

// What the class promises, checked against a plain map: for ids that come again at any distance, at
// rates and with pauses that make it grow, wrap around, run empty and reach its bound.
TEST(DedupeWindow, KeepsItsPromiseUnderAnyLoad) {
    for (unsigned seed = 1; seed <= 6; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&random](unsigned bound) { return random() % bound; };
        const std::size_t ids_max = 100 + below(6000);
        DedupeWindow window(DedupeOptions{seconds(100), ids_max});
        std::map<std::size_t, TimePoint> first_seen;
        TimePoint now = start;

        for (int step = 0; step < 40'000; ++step) {
            now += milliseconds(below(500) == 0 ? below(60'000) : below(40));
            const std::size_t id = below(12'000);
            const auto evicted_before = window.evicted_early();

            const auto freshness = window.insert(digest_of(id_of(id)), now);

            const auto seen = first_seen.find(id);
            const bool is_known = seen != first_seen.end();
            if (freshness == Freshness::repeated) {
                ASSERT_TRUE(is_known) << seed;
                ASSERT_LE(now - seen->second, seconds(120)) << seed;
            } else {
                if (is_known && window.evicted_early() == 0) {
                    ASSERT_GT(now - seen->second, seconds(100)) << seed;
                }
                first_seen[id] = now;
            }
            ASSERT_LE(window.size(), ids_max);
            ASSERT_LE(window.evicted_early(), evicted_before + 1);
        }
    }
}

TEST(DedupeWindowDeathTest, RefusesOptionsThatMakeNoSense) {
    EXPECT_DEATH(DedupeWindow(DedupeOptions{Duration::zero(), 1}), "lasts");
    EXPECT_DEATH(DedupeWindow(DedupeOptions{minutes(1), 0}), "holds an id");
}

}  // namespace
}  // namespace conduitd
