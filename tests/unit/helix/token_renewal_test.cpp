#include "helix/token_script.hpp"

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using namespace answers;

TEST_F(TokenKeeperTest, ValidationRepeatsEveryHour) {
    reach_usable();

    for (int hour = 0; hour < 5; ++hour) {
        EXPECT_EQ(keeper->deadline(), now + 1h);
        pass(1h - 1ns);
        EXPECT_EQ(sent(), "");
        pass(1ns);
        ASSERT_EQ(sent(), "validate first");
        answer(validated());
    }

    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_EQ(log.count("info token validated"), 1U);
    EXPECT_EQ(log.count("debug token validated"), 5U);
}

TEST_F(TokenKeeperTest, HourlyValidationThatFailsIsRetriedWhileTheTokenStaysUsable) {
    reach_usable();
    pass(1h);

    for (int i = 0; i < 20; ++i) {
        ASSERT_EQ(sent(), "validate first");
        answer(status(503));
        EXPECT_EQ(keeper->state(), TokenState::usable);
        EXPECT_LE(keeper->deadline(), now + 15s);
        pass_to_deadline();
    }

    ASSERT_EQ(sent(), "validate first");
    answer(validated());
    EXPECT_EQ(keeper->deadline(), now + 1h);
}

TEST_F(TokenKeeperTest, TokenRefusedAtTheHourIsReplaced) {
    reach_usable();
    pass(1h);
    ASSERT_EQ(sent(), "validate first");

    answer(invalid_token());

    EXPECT_EQ(keeper->state(), TokenState::requesting);
    ASSERT_EQ(sent(), "grant");
    answer(granted("second"));
    EXPECT_EQ(keeper->token(), "second");
    EXPECT_EQ(keeper->take_token_to_store(), "second");
}

TEST_F(TokenKeeperTest, TokenIsRenewedBeforeItsEndAndStaysUsable) {
    reach_usable("first", 3600 + 1800);
    pass(1h - 1s);
    ASSERT_EQ(sent(), "");

    pass(1s);

    ASSERT_EQ(sent(), "grant");  // ahead of the validation that is due at the same time
    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_EQ(keeper->token(), "first");
    answer(granted("second"));
    EXPECT_EQ(keeper->token(), "second");
    EXPECT_EQ(sent(), "validate second");
}

TEST_F(TokenKeeperTest, ShortLivedTokenIsRenewedAtHalfItsLife) {
    reach_usable("first", 100);

    EXPECT_EQ(keeper->deadline(), now + 50s);
    pass(50s);

    EXPECT_EQ(sent(), "grant");
}

TEST_F(TokenKeeperTest, TokenThatEndsAtOnceIsNotRenewedWithoutAPause) {
    start();
    ASSERT_EQ(sent(), "grant");
    answer(granted("first", 1));
    ASSERT_EQ(sent(), "validate first");

    answer(validated("client", 0));
    pass(1h);
    ASSERT_EQ(sent(), "validate first");
    answer(validated("client", 1));

    EXPECT_EQ(keeper->deadline(), now + 1s);
}

TEST_F(TokenKeeperTest, CachedTokenNearItsEndIsRenewed) {
    options.cached_token = "cached";
    start();
    ASSERT_EQ(sent(), "validate cached");

    answer(validated("client", 60));
    EXPECT_EQ(keeper->state(), TokenState::usable);
    pass(1s);

    EXPECT_EQ(sent(), "grant");
}

TEST_F(TokenKeeperTest, RenewalThatFailsIsRetriedWhileTheOldTokenStaysUsable) {
    reach_usable("first", 2400);
    pass(1200s);

    for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(sent(), "grant");
        answer(network_error());
        EXPECT_EQ(keeper->token(), "first");
        pass_to_deadline();
    }

    ASSERT_EQ(sent(), "grant");
    answer(granted("second"));
    EXPECT_EQ(keeper->token(), "second");
}

TEST_F(TokenKeeperTest, RenewalThatIsRefusedKeepsTheOldTokenAndTriesAgain) {
    reach_usable("first", 2400);
    pass(1200s);
    ASSERT_EQ(sent(), "grant");

    answer(invalid_secret());

    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_EQ(keeper->deadline(), now + 1min);
    EXPECT_EQ(log.count("warn token renewal refused reason=403 invalid client secret"), 1U);
    keeper->on_unauthorized("first", now);
    ASSERT_EQ(sent(), "grant");
    answer(invalid_secret());
    EXPECT_EQ(keeper->state(), TokenState::refused);
}

TEST_F(TokenKeeperTest, CallsFourOhOneReplacesTheToken) {
    reach_usable();

    keeper->on_unauthorized("first", now);

    EXPECT_EQ(keeper->state(), TokenState::requesting);
    EXPECT_EQ(sent(), "grant");
    keeper->on_unauthorized("first", now);
    EXPECT_EQ(sent(), "");
}

TEST_F(TokenKeeperTest, FourOhOneOfAnOlderTokenIsPassedOver) {
    reach_usable();
    keeper->on_unauthorized("first", now);
    ASSERT_EQ(sent(), "grant");
    answer(granted("second"));
    ASSERT_EQ(sent(), "validate second");

    keeper->on_unauthorized("first", now);

    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_EQ(keeper->token(), "second");
    EXPECT_EQ(sent(), "");
}

TEST_F(TokenKeeperTest, FourOhOneDuringAValidationGivesItUp) {
    reach_usable();
    pass(1h);
    ASSERT_EQ(sent(), "validate first");

    keeper->on_unauthorized("first", now);

    ASSERT_EQ(sent(), "grant");
    answer(granted("second"));
    EXPECT_EQ(keeper->token(), "second");
}

TEST_F(TokenKeeperTest, FourOhOneDuringARenewalWaitsForIt) {
    reach_usable("first", 2400);
    pass(1200s);
    ASSERT_EQ(sent(), "grant");

    keeper->on_unauthorized("first", now);

    EXPECT_EQ(keeper->state(), TokenState::requesting);
    EXPECT_EQ(sent(), "");
    answer(granted("second"));
    EXPECT_EQ(keeper->token(), "second");
}

TEST_F(TokenKeeperTest, FirstTokenThatIsRefusedIsReplacedAtOnceThoughNoCallHasAcceptedIt) {
    start();
    ASSERT_EQ(sent(), "grant");
    answer(granted("first"));
    ASSERT_EQ(sent(), "validate first");

    keeper->on_unauthorized("first", now);

    EXPECT_EQ(sent(), "grant");
}

TEST_F(TokenKeeperTest, SubstituteThatIsRefusedTooIsReplacedAfterAPause) {
    reach_usable();
    keeper->on_unauthorized("first", now);
    ASSERT_EQ(sent(), "grant");
    answer(granted("second"));
    ASSERT_EQ(sent(), "validate second");

    keeper->on_unauthorized("second", now);

    EXPECT_EQ(sent(), "");
    EXPECT_EQ(keeper->state(), TokenState::requesting);
    EXPECT_EQ(keeper->failure(), "Helix refuses the tokens that Twitch grants");
    EXPECT_GT(keeper->deadline(), now);
    EXPECT_LE(keeper->deadline(), now + options.replace_delay_min);
    pass_to_deadline();
    EXPECT_EQ(sent(), "grant");
}

TEST_F(TokenKeeperTest, SubstituteThatServesIsReplacedAtOnce) {
    reach_usable();
    keeper->on_unauthorized("first", now);
    ASSERT_EQ(sent(), "grant");
    answer(granted("second"));
    ASSERT_EQ(sent(), "validate second");
    answer(validated());
    keeper->on_accepted("second");
    pass(options.replace_stable_after);

    keeper->on_unauthorized("second", now);

    EXPECT_EQ(sent(), "grant");
}

// Twitch grants token after token and refuses each: without a pause this would be a flood.
TEST_F(TokenKeeperTest, TokensThatNoCallAcceptsAreReplacedEverMoreSlowly) {
    start();
    ASSERT_EQ(sent(), "grant");
    const auto began_at = now;

    for (int i = 0; i < 40; ++i) {
        const auto token = "token-" + std::to_string(i);
        answer(granted(token));
        ASSERT_EQ(sent(), "validate " + token);
        answer(validated());
        keeper->on_unauthorized(token, now);
        if (keeper->deadline() != never) pass_to_deadline();
        ASSERT_EQ(sent(), "grant");
    }

    // The pauses are half a minute on average once they have grown to their bound.
    EXPECT_GT(now - began_at, 10min);
}

}  // namespace
}  // namespace conduitd
