#include "helix/budget.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

HttpResponse with_headers(std::vector<HttpHeader> headers) {
    return {429, std::move(headers), {}};
}

TEST(Budget, ReadsAllThreeHeaders) {
    Budget budget;

    budget.read(with_headers({{"ratelimit-limit", "800"},
                              {"Ratelimit-Remaining", "799"},
                              {"RATELIMIT-RESET", "1790000001"}}));

    EXPECT_EQ(budget.limit, 800U);
    EXPECT_EQ(budget.remaining, 799U);
    EXPECT_EQ(budget.full_again_at, WallTime(std::chrono::seconds(1'790'000'001)));
}

TEST(Budget, KeepsWhatTheAnswerDoesNotHave) {
    Budget budget;
    budget.read(with_headers({{"Ratelimit-Limit", "800"}, {"Ratelimit-Remaining", "799"}}));

    budget.read(with_headers({{"Ratelimit-Remaining", "12"}}));

    EXPECT_EQ(budget.limit, 800U);
    EXPECT_EQ(budget.remaining, 12U);
    EXPECT_FALSE(budget.full_again_at);
}

TEST(Budget, PassesOverWhatIsNoNumber) {
    for (const auto* value : {"", " ", "-1", "8e2", "12 ", "99999999999999999999", "٣"}) {
        Budget budget;

        budget.read(with_headers({{"Ratelimit-Limit", value},
                                  {"Ratelimit-Remaining", value},
                                  {"Ratelimit-Reset", value}}));

        EXPECT_FALSE(budget.limit) << value;
        EXPECT_FALSE(budget.remaining) << value;
        EXPECT_FALSE(budget.full_again_at) << value;
    }
}

TEST(Budget, ResetBeyondTheClocksRangeIsPassedOver) {
    Budget budget;

    budget.read(with_headers({{"Ratelimit-Reset", "9000000001"}}));

    EXPECT_FALSE(budget.full_again_at);
}

TEST(MeaningOf429, PointsLeftMeanTheEndpointsOwnLimit) {
    EXPECT_EQ(meaning_of_429(with_headers({{"Ratelimit-Remaining", "1"}})),
              TooMany::endpoint_limit);
    EXPECT_EQ(meaning_of_429(with_headers({{"Ratelimit-Remaining", "0"}})), TooMany::rate_limited);
    EXPECT_EQ(meaning_of_429(with_headers({{"Ratelimit-Remaining", "x"}})), TooMany::rate_limited);
    EXPECT_EQ(meaning_of_429(with_headers({})), TooMany::rate_limited);
}

}  // namespace
}  // namespace conduitd
