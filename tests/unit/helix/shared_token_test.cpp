#include "helix/token.hpp"
#include "helix/token_script.hpp"

// A place where tokens are kept for all workers of a host: the keeper looks there, under a lock,
// before it asks for one.
namespace conduitd {
namespace {

using namespace std::chrono_literals;
using namespace answers;

class SharedTokenTest : public TokenKeeperTest {
protected:
    SharedTokenTest() { options.is_cache_shared = true; }
};

TEST_F(SharedTokenTest, IsLookedForBeforeOneIsAskedFor) {
    start();

    EXPECT_TRUE(keeper->wants_cache_lock());
    EXPECT_EQ(sent(), "");
}

TEST_F(SharedTokenTest, ThatIsNotThereIsAskedForUnderTheLock) {
    start();

    keeper->on_cached_token("", now);

    ASSERT_EQ(sent(), "grant");
    EXPECT_TRUE(keeper->wants_cache_lock());
    answer(granted("first"));
    EXPECT_FALSE(keeper->wants_cache_lock());
    EXPECT_EQ(keeper->take_token_to_store(), "first");
}

TEST_F(SharedTokenTest, ThatAnotherHasStoredIsValidatedAndUsed) {
    start();

    keeper->on_cached_token("another's", now);

    EXPECT_FALSE(keeper->wants_cache_lock());
    ASSERT_EQ(sent(), "validate another's");
    answer(validated());
    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_EQ(keeper->token(), "another's");
    EXPECT_EQ(keeper->take_token_to_store(), std::nullopt);
}

TEST_F(SharedTokenTest, ThatWasRefusedIsNotTakenAgain) {
    options.cached_token = "stale";
    start();
    ASSERT_EQ(sent(), "validate stale");
    answer(invalid_token());
    ASSERT_TRUE(keeper->wants_cache_lock());

    keeper->on_cached_token("stale", now);

    EXPECT_EQ(sent(), "grant");
}

TEST_F(SharedTokenTest, ThatIsOfNoUseIsReplaced) {
    start();
    keeper->on_cached_token("another's", now);
    ASSERT_EQ(sent(), "validate another's");

    answer(invalid_token());
    pass(1s);
    ASSERT_TRUE(keeper->wants_cache_lock());
    keeper->on_cached_token("another's", now);

    EXPECT_EQ(sent(), "grant");
}

TEST_F(SharedTokenTest, ThatCannotStandInAHeaderIsPassedOver) {
    start();

    keeper->on_cached_token("two words", now);

    EXPECT_EQ(sent(), "grant");
}

TEST_F(SharedTokenTest, LockIsGivenUpWhenTheCredentialsAreRefused) {
    start();
    keeper->on_cached_token("", now);
    ASSERT_EQ(sent(), "grant");

    answer(invalid_secret());

    EXPECT_EQ(keeper->state(), TokenState::refused);
    EXPECT_FALSE(keeper->wants_cache_lock());
}

TEST_F(SharedTokenTest, AnswerThatComesLateIsPassedOver) {
    start();
    keeper->on_cached_token("", now);
    ASSERT_EQ(sent(), "grant");

    keeper->on_cached_token("another's", now);
    answer(granted("first"));

    EXPECT_EQ(keeper->token(), "first");
}

// Whoever is first renews it for all.
TEST_F(SharedTokenTest, ThatAnotherHasRenewedIsTakenWhileTheOldOneStaysInUse) {
    start();
    keeper->on_cached_token("", now);
    ASSERT_EQ(sent(), "grant");
    answer(granted("first", 3000));
    while (!keeper->wants_cache_lock()) {
        if (const auto errand = sent(); errand.starts_with("validate"))
            answer(validated("client", 3000));
        if (!keeper->wants_cache_lock()) pass_to_deadline();
    }
    ASSERT_EQ(keeper->state(), TokenState::usable);

    keeper->on_cached_token("renewed", now);

    EXPECT_EQ(keeper->state(), TokenState::usable);
    EXPECT_EQ(keeper->token(), "renewed");
    EXPECT_EQ(sent(), "validate renewed");
}

}  // namespace
}  // namespace conduitd
