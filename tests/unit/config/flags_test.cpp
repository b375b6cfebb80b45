#include "config/input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd;
using namespace conduitd::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Flags, SecretIsRefusedAndItsValueNotPrinted) {
    const auto loaded =
        Input().without("TWITCH_CLIENT_SECRET").flag("twitch.client_secret", "s3cr3t").load();

    EXPECT_THAT(loaded.problems, ElementsAre(AllOf(HasSubstr("--twitch.client_secret"),
                                                   HasSubstr("TWITCH_CLIENT_SECRET_FILE"),
                                                   Not(HasSubstr("s3cr3t")))));
    EXPECT_TRUE(loaded.config.twitch.client_secret.empty());
}

TEST(Flags, UnknownFlagSuggestsANameButShowsNoValue) {
    const auto loaded = Input().flag("shard.ids", "s3cr3t").load();

    EXPECT_THAT(loaded.problems,
                ElementsAre(AllOf(HasSubstr("--shard.ids"), HasSubstr("--shard.id?"),
                                  Not(HasSubstr("s3cr3t")))));
    EXPECT_TRUE(loaded.is_command_line_wrong);
}

TEST(Flags, FlagThatIsLikeNoOtherIsRefused) {
    EXPECT_THAT(Input().flag("zebra", "1").load().problems,
                ElementsAre("--zebra: not a flag; allowed: those that conduitd --help lists; "
                            "remove it"));
}

TEST(Flags, FlagWithoutAValueIsRefusedWithWhatIsAllowedAndOnlyOnce) {
    const auto loaded =
        Input().without("TWITCH_CLIENT_ID").valueless_flag("twitch.client_id").load();

    EXPECT_THAT(
        loaded.problems,
        ElementsAre(AllOf(HasSubstr("--twitch.client_id: nothing where a value is expected"),
                          HasSubstr("allowed: printable ASCII"))));
    EXPECT_TRUE(loaded.is_command_line_wrong);
}

TEST(Flags, FileFlagWithoutAValueIsRefusedAndHidesNothingElse) {
    const auto loaded = Input().valueless_flag("config").flag("shard.id", "x").load();

    EXPECT_THAT(loaded.problems,
                ElementsAre(HasSubstr("--config: nothing where a value is expected; allowed: the "
                                      "path of a YAML file"),
                            HasSubstr("--shard.id: shard.id: \"x\"")));
}

TEST(Flags, WrongValuesAreNoMistakeOfTheCommandLine) {
    EXPECT_FALSE(Input().flag("shard.id", "x").load().is_command_line_wrong);
    EXPECT_FALSE(Input().flag("twitch.client_secret", "x").load().is_command_line_wrong);
}

TEST(Flags, TwoValuesForOneFlagAreRefused) {
    EXPECT_THAT(
        Input().flag("shard.id", "1").flag("shard.id", "2").load().problems,
        ElementsAre(AllOf(HasSubstr("--shard.id given twice"), HasSubstr("\"1\" and \"2\""))));
    EXPECT_THAT(Input().flag("shard.id", "1").flag("shard.id", "1").load().problems, IsEmpty());
}

TEST(Flags, EmptyValueIsRefused) {
    EXPECT_THAT(Input().flag("shard.id", "").load().problems,
                ElementsAre(HasSubstr("--shard.id: shard.id: \"\" is empty")));
}

TEST(Flags, EmptyTrustFileMeansTheSystemsStore) {
    const auto loaded =
        Input().with("CONDUITD_TWITCH_CA_FILE", "/ca.pem").flag("twitch.ca_file", "").load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.twitch.ca_file, "");
}
