#include "helix/call_answer.hpp"

#include "helix/error.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr WallTime asked_at(1'790'000'000s);

struct Row {
    HttpResponse answer;
    CallVerdict verdict;
    ErrorCode error;
};

TEST(CallAnswer, StatusesAreSortedByWhatToDo) {
    const Row rows[] = {
        {{200, {}, {}}, CallVerdict::good, {}},
        {{202, {}, {}}, CallVerdict::good, {}},
        {{301, {}, {}}, CallVerdict::failed, HelixError::unavailable},
        {{400, {}, {}}, CallVerdict::refused, HelixError::invalid_request},
        {{401, {}, {}}, CallVerdict::token_refused, HelixError::unauthorized},
        {{403, {}, {}}, CallVerdict::refused, HelixError::invalid_request},
        {{404, {}, {}}, CallVerdict::refused, HelixError::not_found},
        {{408, {}, {}}, CallVerdict::failed, HelixError::unavailable},
        {{409, {}, {}}, CallVerdict::refused, HelixError::invalid_request},
        {{422, {}, {}}, CallVerdict::refused, HelixError::invalid_request},
        {{429, {}, {}}, CallVerdict::rate_limited, HelixError::unavailable},
        {{429, {{"Ratelimit-Remaining", "0"}}, {}},
         CallVerdict::rate_limited,
         HelixError::unavailable},
        {{429, {{"Ratelimit-Remaining", "700"}}, {}},
         CallVerdict::refused,
         HelixError::limit_reached},
        {{500, {}, {}}, CallVerdict::failed, HelixError::unavailable},
        {{503, {}, {}}, CallVerdict::failed, HelixError::unavailable},
        {{0, {}, {}}, CallVerdict::failed, HelixError::unavailable},
        {{999, {}, {}}, CallVerdict::failed, HelixError::unavailable},
    };

    for (const auto& row : rows) {
        const auto judgement = judge_call(row.answer);
        EXPECT_EQ(judgement.verdict, row.verdict) << row.answer.status;
        EXPECT_EQ(judgement.error, row.error) << row.answer.status;
        EXPECT_EQ(judgement.reason.empty(), row.verdict == CallVerdict::good) << row.answer.status;
    }
}

TEST(CallAnswer, NetworkErrorIsToldInItsWords) {
    const auto judgement = judge_call(make_error_code(boost::system::errc::timed_out));

    EXPECT_EQ(judgement.verdict, CallVerdict::failed);
    EXPECT_EQ(judgement.error, HelixError::unavailable);
    EXPECT_EQ(judgement.reason, make_error_code(boost::system::errc::timed_out).message());
}

TEST(CallAnswer, BucketWaitIsClampedAndJittered) {
    Random random(1);

    for (int i = 0; i < 100; ++i) {
        const auto ordinary = wait_for_bucket(asked_at + 20s, asked_at, random);
        EXPECT_GE(ordinary, 20s);
        EXPECT_LE(ordinary, 21s);
        const auto past = wait_for_bucket(asked_at - 1h, asked_at, random);
        EXPECT_GE(past, 1s);
        EXPECT_LE(past, 2s);
        const auto far = wait_for_bucket(asked_at + 1h, asked_at, random);
        EXPECT_GE(far, 60s);
        EXPECT_LE(far, 61s);
        const auto unknown = wait_for_bucket(std::nullopt, asked_at, random);
        EXPECT_GE(unknown, 1s);
        EXPECT_LE(unknown, 2s);
    }
}

}  // namespace
}  // namespace conduitd
