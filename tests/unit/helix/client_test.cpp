#include "helix/client.hpp"

#include "helix/client_script.hpp"
#include "helix/error.hpp"

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using namespace answers;

TEST_F(HelixClientTest, AttemptHasTheTimeoutOfThePatience) {
    reach_usable();

    call({1500ms, 1, never});

    EXPECT_EQ(take().request.timeout, 1500ms);
}

TEST_F(HelixClientTest, AnswersAreSortedIntoErrors) {
    reach_usable();
    const std::pair<HttpResponse, HelixError> rows[] = {
        {status(400), HelixError::invalid_request},
        {status(403), HelixError::invalid_request},
        {status(404), HelixError::not_found},
        {status(409), HelixError::invalid_request},
        {{429, {{"ratelimit-remaining", "5"}}, {}}, HelixError::limit_reached},
    };

    for (const auto& row : rows) {
        call(tries(5));
        respond(take(), row.first);
        const auto completion = take_completion();
        EXPECT_EQ(completion.answer.error(), row.second) << row.first.status;
        EXPECT_FALSE(completion.reason.empty());
        EXPECT_TRUE(is_quiet());
    }
}

TEST_F(HelixClientTest, OneAttemptIsOne) {
    reach_usable();
    call();

    respond(take(), network_error());

    const auto completion = take_completion();
    EXPECT_EQ(completion.answer.error(), HelixError::unavailable);
    EXPECT_EQ(completion.reason, network_error().error().message());
    EXPECT_TRUE(is_quiet());
}

TEST_F(HelixClientTest, FailedAttemptsAreRepeatedWithBackoff) {
    reach_usable();
    call(tries(4));
    const Result<HttpResponse> failures[] = {network_error(), status(500), status(503)};
    Duration bound = 250ms;

    for (const auto& failure : failures) {
        respond(take(), failure);
        EXPECT_TRUE(is_quiet());
        EXPECT_LE(client->deadline() - now, bound);
        bound *= 2;
        pass_to_deadline();
    }

    respond(take(), no_conduits());
    EXPECT_TRUE(take_completion().answer);
    EXPECT_EQ(log.count("debug call failed, trying again attempt=2"), 1U);
}

TEST_F(HelixClientTest, AttemptsEndAtTheirNumber) {
    reach_usable();
    call(tries(3));

    for (int i = 0; i < 2; ++i) {
        respond(take(), status(502));
        pass_to_deadline();
    }
    respond(take(), status(502));

    const auto completion = take_completion();
    EXPECT_EQ(completion.answer.error(), HelixError::unavailable);
    EXPECT_EQ(completion.reason, "502 Bad Gateway");
}

TEST_F(HelixClientTest, NoAttemptStartsAtGiveUp) {
    reach_usable();
    call(tries(1000, now + 2s));

    int attempts = 0;
    for (auto outgoing = client->next_request(); outgoing; outgoing = client->next_request()) {
        ++attempts;
        EXPECT_LT(now, TimePoint(1000h) + 2s);
        respond(*outgoing, network_error());
        if (client->deadline() < now + 1min) pass_to_deadline();
    }

    EXPECT_GT(attempts, 1);
    EXPECT_EQ(take_completion().answer.error(), HelixError::unavailable);
}

TEST_F(HelixClientTest, AttemptUnderWayAtGiveUpGoesOn) {
    reach_usable();
    call(tries(5, now + 2s));
    const auto request = take();

    pass(2500ms);
    EXPECT_TRUE(is_quiet());
    respond(request, no_conduits());

    EXPECT_TRUE(take_completion().answer);
}

TEST_F(HelixClientTest, AttemptThatFailsAfterGiveUpIsNotRepeated) {
    reach_usable();
    call(tries(5, now + 2s));
    const auto request = take();

    pass(2500ms);
    respond(request, network_error());

    EXPECT_EQ(take_completion().answer.error(), HelixError::unavailable);
    EXPECT_TRUE(is_quiet());
}

TEST_F(HelixClientTest, TokenThatComesAfterGiveUpStartsNothing) {
    call(tries(5, now + 2s));
    const auto grant = take();

    now += 3s;
    respond(grant, granted("first"));

    EXPECT_EQ(take_completion().answer.error(), HelixError::unavailable);
    EXPECT_EQ(take().request.url.target, "/oauth2/validate");
    EXPECT_TRUE(is_quiet());
}

TEST_F(HelixClientTest, RateLimitWaitsForTheReset) {
    reach_usable();
    call(tries(2));

    respond(take(), HttpResponse{429,
                                 {{"ratelimit-limit", "800"},
                                  {"ratelimit-remaining", "0"},
                                  {"ratelimit-reset", "1790000007"}},
                                 {}});

    EXPECT_TRUE(is_quiet());
    EXPECT_GE(client->deadline(), now + 7s);
    EXPECT_LE(client->deadline(), now + 8s);
    EXPECT_EQ(client->budget().limit, 800U);
    EXPECT_EQ(client->budget().remaining, 0U);
    pass_to_deadline();
    respond(take(), no_conduits());
    EXPECT_TRUE(take_completion().answer);
}

TEST_F(HelixClientTest, RateLimitIsToldOnceForAllCallsThatMeetIt) {
    reach_usable();
    const HttpResponse none{
        429, {{"ratelimit-remaining", "0"}, {"ratelimit-reset", "1790000007"}}, {}};
    call(tries(2));
    call(tries(2));

    respond(take(), none);
    EXPECT_EQ(log.count("no points left"), 1U);
    respond(take(), none);
    EXPECT_EQ(log.count("no points left"), 1U);

    now += 10s;
    client->on_deadline(now);
    respond(take(), none);
    EXPECT_EQ(log.count("no points left"), 2U);
}

TEST_F(HelixClientTest, RateLimitBeyondThePatienceIsUnavailableAtOnce) {
    reach_usable();
    call(tries(2, now + 5s));

    respond(take(), HttpResponse{429, {{"Ratelimit-Reset", "1790000007"}}, {}});

    EXPECT_EQ(take_completion().answer.error(), HelixError::unavailable);
}

TEST_F(HelixClientTest, CancelledCallHasNoCompletion) {
    const auto waiting = call();
    const auto grant = take();
    client->cancel(waiting);
    respond(grant, granted("first"));
    respond(take(), validated());
    EXPECT_TRUE(is_quiet());

    const auto under_way = call(tries(3));
    const auto request = take();
    client->cancel(under_way);
    respond(request, network_error());
    EXPECT_TRUE(is_quiet());

    client->cancel(call());  // its request has not been taken yet
    EXPECT_TRUE(is_quiet());

    const auto complete = call();
    respond(take(), no_conduits());
    client->cancel(complete);
    EXPECT_TRUE(is_quiet());
    EXPECT_EQ(client->deadline(), now + 1h);
}

// The bug: what an answer of long before had told counted as what this one tells.
TEST_F(HelixClientTest, AnswerToACancelledCallTellsThePointsThatAreLeft) {
    reach_usable();
    const auto under_way = call(tries(1));
    const auto request = take();
    client->cancel(under_way);

    respond(request, HttpResponse{202, {{"Ratelimit-Remaining", "799"}}, {}});

    EXPECT_TRUE(is_quiet());
    EXPECT_EQ(client->budget().remaining, 799U);
}

// The bug: the token was still taken for a good one, and sessions were dialled that nobody could
// claim.
TEST_F(HelixClientTest, AnswerToACancelledCallTellsThatTheTokenIsRefused) {
    reach_usable();
    const auto under_way = call();
    const auto request = take();
    client->cancel(under_way);

    respond(request, unauthorized());

    EXPECT_NE(client->token_state(), TokenState::usable);
    respond(take(), granted("second"));
    EXPECT_EQ(client->token_state(), TokenState::usable);
    respond(request, unauthorized());  // once
    EXPECT_EQ(client->token_state(), TokenState::usable);
}

TEST_F(HelixClientTest, UnknownAndRepeatedAnswersArePassedOver) {
    reach_usable();
    call();
    const auto request = take();

    respond({request.id + 100, {}}, unauthorized());
    EXPECT_TRUE(is_quiet());
    respond(request, no_conduits());
    (void)take_completion();
    respond(request, unauthorized());

    EXPECT_TRUE(is_quiet());
    EXPECT_EQ(client->token_state(), TokenState::usable);
}

TEST_F(HelixClientTest, UnreadableBodyIsTheCallersToJudge) {
    reach_usable();
    call(tries(3));

    respond(take(), HttpResponse{200, {}, "<html>"});

    EXPECT_EQ(take_completion().answer->body, "<html>");
}

}  // namespace
}  // namespace conduitd
