#include "config/input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd;
using namespace conduitd::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

Input bare() {
    return Input().without("TWITCH_CLIENT_ID").without("TWITCH_CLIENT_SECRET");
}

}  // namespace

TEST(Credentials, NothingSetIsTwoProblems) {
    EXPECT_THAT(bare().load().problems, ElementsAre(HasSubstr("set TWITCH_CLIENT_SECRET"),
                                                    HasSubstr("set TWITCH_CLIENT_ID")));
}

TEST(Credentials, SecretNeedsAClientId) {
    EXPECT_THAT(bare().with("TWITCH_CLIENT_SECRET", "x").load().problems,
                ElementsAre(HasSubstr("twitch.client_id: not set")));
}

TEST(Credentials, TokenNeedsNoClientId) {
    const auto loaded = bare().with("TWITCH_ACCESS_TOKEN", "token").load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.twitch.access_token.reveal(), "token");
}

TEST(Credentials, SecretAndTokenTogetherAreRefusedWhereverTheyStand) {
    const auto loaded = Input().yaml("twitch:\n  access_token: token\n").load();

    EXPECT_THAT(
        loaded.problems,
        ElementsAre(AllOf(HasSubstr("TWITCH_CLIENT_SECRET and /etc/conduitd/conduitd.yaml:2"),
                          HasSubstr("remove the token"))));
}

TEST(Credentials, FileThatCannotBeParsedHidesWhatIsMissing) {
    EXPECT_THAT(bare().yaml("log:\n  level: info\n]\n").load().problems,
                ElementsAre(HasSubstr("not valid YAML")));
}
