#include "helix/token.hpp"

#include "helix/error.hpp"
#include "helix/token_script.hpp"

#include <set>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using namespace answers;

TEST_F(TokenKeeperTest, AsksForNothingBeforeItIsPrepared) {
    keeper.emplace(options, Log(log, "helix"), Random(seed));

    EXPECT_EQ(keeper->state(), TokenState::none);
    EXPECT_EQ(keeper->deadline(), never);
    EXPECT_EQ(sent(), "");
}

TEST_F(TokenKeeperTest, GrantedTokenIsUsableBeforeItIsValidated) {
    start();
    EXPECT_EQ(keeper->state(), TokenState::requesting);
    ASSERT_EQ(sent(), "grant");

    answer(granted("first"));

    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_EQ(keeper->token(), "first");
    EXPECT_EQ(sent(), "validate first");
    EXPECT_EQ(log.count("info token granted expires_in=5011271"), 1U);
}

TEST_F(TokenKeeperTest, GrantedTokenIsStoredOnce) {
    reach_usable();

    EXPECT_EQ(keeper->take_token_to_store(), "first");
    EXPECT_EQ(keeper->take_token_to_store(), std::nullopt);
}

TEST_F(TokenKeeperTest, AtMostOneErrandIsUnderWay) {
    start();
    ASSERT_EQ(sent(), "grant");

    keeper->prepare(now);
    pass(10h);

    EXPECT_EQ(sent(), "");
    EXPECT_EQ(keeper->deadline(), never);
}

TEST_F(TokenKeeperTest, CachedTokenIsValidatedBeforeUse) {
    options.cached_token = "cached";
    start();
    EXPECT_EQ(keeper->state(), TokenState::validating);
    ASSERT_EQ(sent(), "validate cached");

    answer(validated());

    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_EQ(keeper->token(), "cached");
    EXPECT_EQ(keeper->take_token_to_store(), std::nullopt);
    EXPECT_EQ(sent(), "");
}

TEST_F(TokenKeeperTest, CachedTokenThatIsRefusedIsReplacedAtOnce) {
    options.cached_token = "cached";
    start();
    ASSERT_EQ(sent(), "validate cached");

    answer(invalid_token());

    EXPECT_EQ(keeper->state(), TokenState::requesting);
    EXPECT_EQ(sent(), "grant");
}

TEST_F(TokenKeeperTest, CachedTokenOfAnotherClientIsReplaced) {
    options.cached_token = "cached";
    start();
    ASSERT_EQ(sent(), "validate cached");

    answer(validated("somebody else"));
    EXPECT_EQ(sent(), "");  // a client id with a blank is not one: unreadable, so tried again
    pass_to_deadline();
    ASSERT_EQ(sent(), "validate cached");
    answer(validated("another"));

    EXPECT_EQ(sent(), "grant");
    EXPECT_EQ(keeper->client_id(), "client");
}

TEST_F(TokenKeeperTest, CachedUserTokenIsReplaced) {
    options.cached_token = "cached";
    start();
    ASSERT_EQ(sent(), "validate cached");

    answer(validated_as_user());

    EXPECT_EQ(sent(), "grant");
}

TEST_F(TokenKeeperTest, CachedTokenThatCannotBeSentIsPassedOver) {
    options.cached_token = "bro\nken";

    start();

    EXPECT_EQ(sent(), "grant");
}

TEST_F(TokenKeeperTest, CachedTokenWithoutSecretEndsInRefused) {
    options.cached_token = "cached";
    options.client_secret.clear();
    start();
    ASSERT_EQ(sent(), "validate cached");

    answer(invalid_token());

    EXPECT_EQ(keeper->state(), TokenState::refused);
    EXPECT_EQ(keeper->error(), HelixError::credentials_refused);
}

TEST_F(TokenKeeperTest, ValidationIsRetriedWhileTwitchIsOut) {
    options.cached_token = "cached";
    start();
    const Result<HttpResponse> outages[] = {network_error(), status(500), status(503), status(429),
                                            HttpResponse{200, {}, "<html>"}};

    for (const auto& outage : outages) {
        ASSERT_EQ(sent(), "validate cached");
        answer(outage);
        EXPECT_EQ(keeper->state(), TokenState::validating);
        pass_to_deadline();
    }

    ASSERT_EQ(sent(), "validate cached");
    answer(validated());
    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_EQ(log.count("warn token validation failed"), 1U);
}

TEST_F(TokenKeeperTest, OutageIsToldOnceAMinuteWithItsHost) {
    start();

    const auto begin = now;
    while (now < begin + 10min) {
        ASSERT_EQ(sent(), "grant");
        answer(network_error());
        pass_to_deadline();
    }

    const auto told = log.count("warn token request failed url=https://id.twitch.tv reason=");
    EXPECT_GE(told, 8U);  // up to 15 s late, each
    EXPECT_LE(told, 10U);
}

TEST_F(TokenKeeperTest, GrantIsRetriedWithGrowingJitter) {
    Duration longest[10] = {};
    std::set<Duration> firsts;

    for (seed = 0; seed < 100; ++seed) {
        start();
        for (auto& delay_max : longest) {
            ASSERT_EQ(sent(), "grant");
            answer(network_error());
            const auto delay = keeper->deadline() - now;
            if (&delay_max == &longest[0]) firsts.insert(delay);
            delay_max = std::max(delay_max, delay);
            pass_to_deadline();
        }
    }

    EXPECT_GT(firsts.size(), 90U);
    EXPECT_LE(longest[0], 250ms);
    EXPECT_LE(longest[1], 500ms);
    EXPECT_GT(longest[4], 2s);
    for (const auto delay_max : longest) EXPECT_LE(delay_max, 15s);
    EXPECT_GT(longest[9], 13s);
}

TEST_F(TokenKeeperTest, GrantOutlastsAnyOutage) {
    start();
    const Result<HttpResponse> outages[] = {network_error(), status(500), status(429), status(404),
                                            HttpResponse{200, {}, R"({"access_token":null})"}};

    const auto begin = now;
    for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(sent(), "grant");
        answer(outages[i % 5]);
        EXPECT_EQ(keeper->state(), TokenState::requesting);
        EXPECT_FALSE(keeper->failure().empty());
        pass_to_deadline();
    }

    ASSERT_EQ(sent(), "grant");
    answer(granted("first"));
    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_LE(static_cast<Duration::rep>(log.count("warn token request failed")),
              (now - begin) / 1min + 1);
}

TEST_F(TokenKeeperTest, WrongSecretIsRefusedWithWhatToDo) {
    start();
    ASSERT_EQ(sent(), "grant");

    answer(invalid_secret());

    EXPECT_EQ(keeper->state(), TokenState::refused);
    EXPECT_EQ(keeper->error(), HelixError::credentials_refused);
    EXPECT_EQ(keeper->reason(),
              "Twitch refuses the client secret (403 invalid client secret): check "
              "TWITCH_CLIENT_SECRET");
    EXPECT_EQ(keeper->deadline(), never);
    EXPECT_EQ(log.count("warn credentials refused reason=Twitch refuses the client secret"), 1U);
}

TEST_F(TokenKeeperTest, UnknownClientIdIsRefused) {
    start();
    ASSERT_EQ(sent(), "grant");

    answer(invalid_client());

    EXPECT_EQ(keeper->error(), HelixError::credentials_refused);
    EXPECT_EQ(keeper->reason().rfind("Twitch refuses the client id or secret (400 invalid", 0), 0U);
}

TEST_F(TokenKeeperTest, RetryStartsOver) {
    start();
    ASSERT_EQ(sent(), "grant");
    answer(invalid_secret());
    keeper->prepare(now);
    ASSERT_EQ(sent(), "");

    keeper->retry({}, now);

    EXPECT_EQ(keeper->state(), TokenState::requesting);
    EXPECT_EQ(sent(), "grant");
    EXPECT_FALSE(keeper->error().failed());
}

TEST_F(TokenKeeperTest, RetryGoesOnWithOtherCredentials) {
    start();
    ASSERT_EQ(sent(), "grant");
    answer(invalid_secret());

    keeper->retry(Credentials{"other-secret", ""}, now);
    const auto grant = keeper->next_request();
    ASSERT_TRUE(grant);
    EXPECT_NE(grant->body.find("client_secret=other-secret&"), std::string::npos);

    answer(invalid_secret());
    keeper->retry(Credentials{"", "other-token"}, now);
    EXPECT_EQ(sent(), "validate other-token");
}

TEST_F(TokenKeeperTest, RetryLeavesAGoodTokenAlone) {
    reach_usable();

    keeper->retry(Credentials{"other-secret", ""}, now);

    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_EQ(sent(), "");
}

TEST_F(TokenKeeperTest, NeitherTokenNorSecretIsLogged) {
    options.cached_token = "c4ch3d-value";
    options.client_secret = "s3cr3t-value";
    start();
    ASSERT_EQ(sent(), "validate c4ch3d-value");
    answer(status(500));
    pass_to_deadline();
    ASSERT_EQ(sent(), "validate c4ch3d-value");
    answer(invalid_token());
    ASSERT_EQ(sent(), "grant");
    answer(granted("gr4nt3d-value"));
    ASSERT_EQ(sent(), "validate gr4nt3d-value");
    answer(invalid_token());
    pass_to_deadline();
    ASSERT_EQ(sent(), "grant");
    answer(invalid_secret());

    EXPECT_EQ(log.count("-value"), 0U);
    EXPECT_GE(log.lines.size(), 4U);
    EXPECT_EQ(keeper->reason().find("-value"), std::string::npos);
}

}  // namespace
}  // namespace conduitd
