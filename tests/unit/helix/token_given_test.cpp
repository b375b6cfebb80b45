#include "helix/error.hpp"
#include "helix/token_script.hpp"

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using namespace answers;

TEST_F(TokenKeeperTest, GivenTokenTeachesTheClientId) {
    options.client_id.clear();
    start_with_given();
    EXPECT_EQ(keeper->client_id(), "");
    ASSERT_EQ(sent(), "validate given");

    answer(validated("learnt"));

    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_EQ(keeper->client_id(), "learnt");
    EXPECT_EQ(keeper->take_token_to_store(), std::nullopt);
}

TEST_F(TokenKeeperTest, GivenTokenThatIsRefusedIsNotReplaced) {
    start_with_given();
    ASSERT_EQ(sent(), "validate given");

    answer(invalid_token());

    EXPECT_EQ(keeper->state(), TokenState::refused);
    EXPECT_EQ(keeper->error(), HelixError::credentials_refused);
    EXPECT_EQ(keeper->reason(),
              "the access token is refused: give a fresh TWITCH_ACCESS_TOKEN, or TWITCH_CLIENT_ID "
              "and TWITCH_CLIENT_SECRET so that conduitd fetches its own");
    EXPECT_EQ(sent(), "");
}

TEST_F(TokenKeeperTest, GivenUserTokenIsOfTheWrongKind) {
    start_with_given();
    ASSERT_EQ(sent(), "validate given");

    answer(validated_as_user());

    EXPECT_EQ(keeper->error(), HelixError::wrong_token_kind);
    EXPECT_NE(keeper->reason().find("app access token"), std::string::npos);
}

TEST_F(TokenKeeperTest, GivenTokenOfAnotherClientIsRefused) {
    start_with_given();
    ASSERT_EQ(sent(), "validate given");

    answer(validated("another"));

    EXPECT_EQ(keeper->error(), HelixError::credentials_refused);
    EXPECT_NE(keeper->reason().find("another client id"), std::string::npos);
    EXPECT_EQ(keeper->reason().find("given"), std::string::npos);  // not the token
}

TEST_F(TokenKeeperTest, GivenTokenThatCannotBeSentIsRefused) {
    options.given_token = "to\r\nken";
    options.client_secret.clear();

    start();

    EXPECT_EQ(keeper->error(), HelixError::credentials_refused);
    EXPECT_EQ(sent(), "");
}

TEST_F(TokenKeeperTest, GivenTokenIsRefusedByACallOrLaterByTheHour) {
    start_with_given();
    ASSERT_EQ(sent(), "validate given");
    answer(validated());
    keeper->on_unauthorized("given", now);
    EXPECT_EQ(keeper->error(), HelixError::credentials_refused);

    keeper->retry({}, now);
    ASSERT_EQ(sent(), "validate given");
    answer(validated());
    EXPECT_EQ(keeper->state(), TokenState::usable);
    pass(1h);
    ASSERT_EQ(sent(), "validate given");
    answer(invalid_token());

    EXPECT_EQ(keeper->error(), HelixError::credentials_refused);
}

TEST_F(TokenKeeperTest, GivenTokenNearItsEndIsWarnedOfOnceADay) {
    start_with_given();
    ASSERT_EQ(sent(), "validate given");
    answer(validated("client", 1800 + 600));

    int validations = 0;
    const auto end = now + 47h;
    while (keeper->deadline() < end) {
        pass_to_deadline();
        if (sent() != "validate given") continue;
        ++validations;
        answer(validated("client", 900));
    }

    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_EQ(validations, 46);
    EXPECT_EQ(log.count("warn the given access token ends soon expires_in=1800"), 1U);
    EXPECT_EQ(log.count("the given access token ends soon"), 2U);
}

}  // namespace
}  // namespace conduitd
