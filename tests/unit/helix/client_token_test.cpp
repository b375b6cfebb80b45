#include "helix/client_script.hpp"
#include "helix/error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using namespace answers;

TEST_F(HelixClientTest, CallFetchesATokenFirst) {
    const auto id = call();

    const auto grant = take();
    EXPECT_EQ(grant.request.url.target, "/oauth2/token");
    EXPECT_EQ(grant.request.timeout, 10s);
    EXPECT_TRUE(is_quiet());
    respond(grant, granted("first"));
    EXPECT_EQ(take().request.url.target, "/oauth2/validate");
    const auto request = take();
    EXPECT_EQ(header(request.request, "Authorization"), "Bearer first");
    EXPECT_EQ(header(request.request, "Client-Id"), "client");
    respond(request, no_conduits());
    const auto completion = take_completion();
    EXPECT_EQ(completion.id, id);
    ASSERT_TRUE(completion.answer);
    EXPECT_EQ(completion.answer->body, R"({"data":[]})");
    EXPECT_EQ(completion.reason, "");
    EXPECT_EQ(client->take_token_to_store(), "first");
}

TEST_F(HelixClientTest, CallsShareOneTokenRequest) {
    const CallId ids[] = {call(), call(), call()};

    const auto grant = take();
    EXPECT_TRUE(is_quiet());
    respond(grant, granted("first"));
    (void)take();  // the validation
    for (const auto id : ids) {
        respond(take(), no_conduits());
        EXPECT_EQ(take_completion().id, id);
    }

    EXPECT_TRUE(is_quiet());
}

// A proxy or a debugging server may answer with the request that it was sent.
TEST_F(HelixClientTest, SecretsThatAnAnswerEchoesAreHidden) {
    options.client_secret = "s3cr3t-value";
    restart();
    call(tries(1));
    respond(take(), HttpResponse{500, {}, R"({"message":"client_secret=s3cr3t-value"})"});
    pass_to_deadline();
    respond(take(), granted("t0k3n-value"));
    (void)take();  // the validation

    respond(take(), HttpResponse{400, {}, R"({"message":"Bearer t0k3n-value s3cr3t-value"})"});

    EXPECT_EQ(take_completion().reason, "400 Bearer (hidden) (hidden)");
    EXPECT_GE(log.count("client_secret=(hidden)"), 1U);
    EXPECT_EQ(log.count("-value"), 0U);
}

TEST_F(HelixClientTest, GivenTokenBringsTheClientIdIntoCalls) {
    options.client_id.clear();
    options.client_secret.clear();
    options.given_token = "given";
    restart();
    call();

    respond(take(), validated("learnt"));

    const auto request = take();
    EXPECT_EQ(header(request.request, "Authorization"), "Bearer given");
    EXPECT_EQ(header(request.request, "Client-Id"), "learnt");
    EXPECT_EQ(client->client_id(), "learnt");
}

TEST_F(HelixClientTest, CallThatWaitsForATokenGivesUpInTime) {
    call(tries(5, now + 2s));
    const auto grant = take();
    EXPECT_EQ(client->deadline(), now + 2s);

    pass(2s);

    const auto completion = take_completion();
    EXPECT_EQ(completion.answer.error(), HelixError::unavailable);
    EXPECT_EQ(completion.reason, "no access token yet");
    respond(grant, granted("first"));
    EXPECT_EQ(take().request.url.target, "/oauth2/validate");
    EXPECT_TRUE(is_quiet());
}

TEST_F(HelixClientTest, GivingUpTellsWhyThereIsNoToken) {
    call(tries(5, now + 100ms));
    respond(take(), status(503));

    pass(100ms);

    EXPECT_EQ(take_completion().reason, "no access token yet: 503 Service Unavailable");
}

TEST_F(HelixClientTest, FourOhOneRenewsTheTokenAndRepeatsTheCall) {
    reach_usable();
    call();
    respond(take(), no_conduits());
    (void)take_completion();

    call();
    respond(take(), unauthorized());
    const auto grant = take();
    EXPECT_EQ(grant.request.url.target, "/oauth2/token");
    EXPECT_TRUE(is_quiet());
    respond(grant, granted("second"));
    (void)take();  // the validation
    const auto repeat = take();
    EXPECT_EQ(header(repeat.request, "Authorization"), "Bearer second");
    EXPECT_EQ(std::ranges::count(repeat.request.headers, "Authorization", &HttpHeader::name), 1);
    respond(repeat, no_conduits());

    EXPECT_TRUE(take_completion().answer);
}

TEST_F(HelixClientTest, SecondFourOhOneIsUnauthorized) {
    reach_usable();
    call(tries(10));
    respond(take(), unauthorized());
    respond(take(), granted("second"));
    (void)take();  // the validation

    respond(take(), unauthorized());

    const auto completion = take_completion();
    EXPECT_EQ(completion.answer.error(), HelixError::unauthorized);
    EXPECT_EQ(completion.reason, "401 Invalid OAuth token");
    EXPECT_TRUE(is_quiet());
}

// The bug: eight tokens a minute were asked for without end, though every one was refused.
TEST_F(HelixClientTest, LastingFourOhOneAsksForEverFewerTokens) {
    const auto ends_at = now + 10min;
    unsigned grants = 0;
    while (now < ends_at) {
        call(tries(1, now + 1s));
        while (const auto request = client->next_request()) {
            const auto& target = request->request.url.target;
            const bool is_grant = target == "/oauth2/token";
            if (is_grant) ++grants;
            respond(*request, is_grant                       ? granted(fmt::format("t{}", grants))
                              : target == "/oauth2/validate" ? validated()
                                                             : unauthorized());
        }
        pass(1s);
    }

    EXPECT_LT(grants, 40U);
    EXPECT_GT(grants, 10U);
    while (const auto completion = client->next_completion()) EXPECT_FALSE(completion->answer);
}

TEST_F(HelixClientTest, CallsWithTheSameOldTokenRenewItOnce) {
    reach_usable();
    call();
    respond(take(), no_conduits());
    (void)take_completion();
    call();
    call();
    const auto a = take();
    const auto b = take();

    respond(a, unauthorized());
    const auto grant = take();
    respond(grant, granted("second"));
    (void)take();  // the validation
    respond(take(), no_conduits());
    EXPECT_TRUE(take_completion().answer);
    respond(b, unauthorized());

    const auto repeat = take();
    EXPECT_EQ(header(repeat.request, "Authorization"), "Bearer second");
    respond(repeat, no_conduits());
    EXPECT_TRUE(take_completion().answer);
    EXPECT_TRUE(is_quiet());
}

TEST_F(HelixClientTest, FourOhOneDuringAValidationAbandonsTheValidation) {
    reach_usable();
    call();
    respond(take(), no_conduits());
    (void)take_completion();
    pass(1h);
    const auto validation = take();
    call();

    respond(take(), unauthorized());
    const auto grant = take();
    respond(validation, validated());
    EXPECT_EQ(client->token_state(), TokenState::requesting);
    respond(grant, granted("second"));

    EXPECT_EQ(client->token_state(), TokenState::usable);
}

TEST_F(HelixClientTest, RefusedCredentialsAnswerAllCalls) {
    call();
    call(tries(100));
    respond(take(), invalid_secret());

    EXPECT_EQ(client->token_state(), TokenState::refused);
    EXPECT_EQ(client->token_error(), HelixError::credentials_refused);
    for (int i = 0; i < 2; ++i) {
        const auto completion = take_completion();
        EXPECT_EQ(completion.answer.error(), HelixError::credentials_refused);
        EXPECT_EQ(completion.reason, client->token_reason());
    }
    call();
    EXPECT_EQ(take_completion().answer.error(), HelixError::credentials_refused);
    EXPECT_TRUE(is_quiet());
}

TEST_F(HelixClientTest, RetryTokenStartsOver) {
    client->prepare_token(now);
    respond(take(), invalid_secret());

    client->retry_token({}, now);

    const auto grant = take();
    EXPECT_EQ(grant.request.url.target, "/oauth2/token");
    respond(grant, granted("first"));
    EXPECT_EQ(client->token_state(), TokenState::usable);
}

TEST_F(HelixClientTest, GivenTokenRefusedByACallEndsTheCall) {
    options.client_secret.clear();
    options.given_token = "given";
    restart();
    call();
    respond(take(), validated());

    respond(take(), unauthorized());

    EXPECT_EQ(take_completion().answer.error(), HelixError::credentials_refused);
    EXPECT_EQ(client->token_state(), TokenState::refused);
    EXPECT_TRUE(is_quiet());
}

TEST_F(HelixClientTest, GivenUserTokenAnswersCallsWithItsKind) {
    options.client_secret.clear();
    options.given_token = "given";
    restart();
    call();

    respond(take(), validated_as_user());

    EXPECT_EQ(take_completion().answer.error(), HelixError::wrong_token_kind);
}

TEST_F(HelixClientTest, CallsKeepTheOldTokenWhileItIsRenewed) {
    client->prepare_token(now);
    respond(take(), granted("first", 2400));
    respond(take(), validated("client", 2400));
    pass(1200s);
    const auto grant = take();
    EXPECT_EQ(grant.request.url.target, "/oauth2/token");

    call();
    EXPECT_EQ(header(take().request, "Authorization"), "Bearer first");
    respond(grant, granted("second"));
    (void)take();  // the validation
    call();

    EXPECT_EQ(header(take().request, "Authorization"), "Bearer second");
}

TEST_F(HelixClientTest, NoSecretIsInAnUrl) {
    options.client_secret = "s3cr3t";
    restart();
    call();

    const auto grant = take();

    EXPECT_EQ(grant.request.url.target.find("s3cr3t"), std::string::npos);
    EXPECT_NE(grant.request.body.find("s3cr3t"), std::string::npos);
}

// The bug: a token for each claim, where Helix took it for everything but claims.
TEST_F(HelixClientTest, TokensThatAreRefusedForOneKindOfCallAreReplacedEverMoreSlowly) {
    reach_usable();
    int grants = 0;
    const auto answer_all = [&] {
        while (const auto outgoing = client->next_request()) {
            const auto& request = outgoing->request;
            if (request.url.target == "/oauth2/token") {
                respond(*outgoing, answers::granted("token-" + std::to_string(++grants)));
            } else if (request.url.target == "/oauth2/validate") {
                respond(*outgoing, answers::validated());
            } else if (request.method == "PATCH") {
                respond(*outgoing, answers::unauthorized());
            } else {
                respond(*outgoing, HttpResponse{200, {}, R"({"data":[]})"});
            }
        }
        while (client->next_completion()) {
        }
    };

    for (const auto until = now + 30min; now < until;) {
        (void)call(tries(1, now + 2500ms));
        answer_all();
        (void)client->call(make_update_shards(options.endpoints, "c", ShardSet{0}, "A"),
                           tries(1, now + 2500ms), now);
        answer_all();
        for (const auto next = now + 10s; now < next; answer_all()) pass(500ms);
    }

    EXPECT_LT(grants, 30 * 3);
    EXPECT_GT(grants, 30);
}

}  // namespace
}  // namespace conduitd
