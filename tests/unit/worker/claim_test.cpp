#include "worker/claim.hpp"

#include "helix/error.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

Completion answered(std::string body) {
    return {1, HttpResponse{.status = 202, .headers = {}, .body = std::move(body)}, {}};
}

ClaimOutcome outcome(std::string body) {
    return judge_claim(answered(std::move(body)), {0}, "A").outcome;
}

constexpr const char* enabled_0 =
    R"({"id":"0","status":"enabled","transport":{"method":"websocket","session_id":"A"}})";

TEST(Claim, EnabledWithOurSessionIsAccepted) {
    EXPECT_EQ(outcome(std::string(R"({"data":[)") + enabled_0 + R"(],"errors":[]})"),
              ClaimOutcome::accepted);
}

TEST(Claim, ErrorsMayBeAbsentOrNull) {
    EXPECT_EQ(outcome(std::string(R"({"data":[)") + enabled_0 + "]}"), ClaimOutcome::accepted);
    EXPECT_EQ(outcome(std::string(R"({"data":[)") + enabled_0 + R"(],"errors":null})"),
              ClaimOutcome::accepted);
}

TEST(Claim, ErrorEntryForTheShardIsARejectionEvenBesideData) {
    EXPECT_EQ(outcome(std::string(R"({"data":[)") + enabled_0 +
                      R"(],"errors":[{"id":"0","message":"m","code":"c"}]})"),
              ClaimOutcome::rejected);
}

TEST(Claim, ErrorEntryForAnotherShardIsNotOurs) {
    EXPECT_EQ(outcome(std::string(R"({"data":[)") + enabled_0 +
                      R"(],"errors":[{"id":"9","message":"m","code":"c"}]})"),
              ClaimOutcome::accepted);
}

TEST(Claim, MissingDisabledOrForeignEntryIsARejection) {
    EXPECT_EQ(outcome(R"({"data":[],"errors":[]})"), ClaimOutcome::rejected);
    EXPECT_EQ(
        outcome(
            R"({"data":[{"id":"0","status":"websocket_disconnected","transport":{"method":"websocket","session_id":"A"}}]})"),
        ClaimOutcome::rejected);
    EXPECT_EQ(
        outcome(
            R"({"data":[{"id":"0","status":"enabled","transport":{"method":"websocket","session_id":"B"}}]})"),
        ClaimOutcome::rejected);
}

TEST(Claim, EachOfSeveralShardsIsJudgedByItsOwnEntry) {
    const auto verdict =
        judge_claim(answered(std::string(R"({"data":[)") + enabled_0 +
                             R"(],"errors":[{"id":"7","message":"out of range","code":"c"}]})"),
                    {0, 7}, "A");

    EXPECT_EQ(verdict.outcome, ClaimOutcome::rejected);
    EXPECT_EQ(verdict.reason, "shard 7: out of range");
    EXPECT_EQ(verdict.bound, ShardSet{0});
    EXPECT_TRUE(verdict.may_have_effect);
}

TEST(Claim, UnreadableBodyDoesNotCount) {
    EXPECT_EQ(outcome("<html>"), ClaimOutcome::unavailable);
    EXPECT_EQ(outcome(""), ClaimOutcome::unavailable);
}

TEST(Claim, FailuresAreSortedByWhatToDo) {
    const auto of = [](HelixError error) {
        return judge_claim({1, make_error_code(error), "why"}, {0}, "A").outcome;
    };

    EXPECT_EQ(of(HelixError::credentials_refused), ClaimOutcome::credentials_refused);
    EXPECT_EQ(of(HelixError::wrong_token_kind), ClaimOutcome::credentials_refused);
    EXPECT_EQ(of(HelixError::unauthorized), ClaimOutcome::credentials_refused);
    EXPECT_EQ(of(HelixError::not_found), ClaimOutcome::conduit_gone);
    EXPECT_EQ(of(HelixError::unavailable), ClaimOutcome::unavailable);
    EXPECT_EQ(of(HelixError::limit_reached), ClaimOutcome::unavailable);
}

}  // namespace
}  // namespace conduitd
