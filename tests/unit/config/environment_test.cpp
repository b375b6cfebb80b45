#include "config/input.hpp"
#include "config/setting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd;
using namespace conduitd::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Environment, NameFollowsFromTheSetting) {
    EXPECT_EQ(settings::environment_name(*settings::find_setting("spool.max_bytes")),
              "CONDUITD_SPOOL_MAX_BYTES");
}

TEST(Environment, FamiliarNamesAreTaken) {
    const auto loaded =
        Input().with("TWITCH_CONDUIT_ID", "c0ffee").with("TWITCH_SHARD_ID", "5").load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.conduit.id, "c0ffee");
    EXPECT_EQ(loaded.config.shard.ids, ShardSet{5});
    EXPECT_EQ(row(loaded, "shard.id").origin, "TWITCH_SHARD_ID");
}

TEST(Environment, NamesThatDisagreeAreRefused) {
    const auto loaded = Input().with("CONDUITD_SHARD_ID", "3").with("TWITCH_SHARD_ID", "4").load();

    EXPECT_THAT(loaded.problems,
                ElementsAre("CONDUITD_SHARD_ID and TWITCH_SHARD_ID: shard.id: they disagree "
                            "(\"3\" and \"4\"); keep one of them, or give both the same value"));
}

TEST(Environment, NamesThatAgreeAreFine) {
    EXPECT_THAT(Input().with("CONDUITD_SHARD_ID", "3").with("TWITCH_SHARD_ID", "3").load().problems,
                IsEmpty());
}

TEST(Environment, DisagreementBelowAFlagIsStillRefused) {
    const auto loaded = Input()
                            .flag("shard.id", "1")
                            .with("CONDUITD_SHARD_ID", "3")
                            .with("TWITCH_SHARD_ID", "4")
                            .load();

    EXPECT_THAT(loaded.problems, ElementsAre(HasSubstr("they disagree")));
}

TEST(Environment, EmptyVariableCountsAsNotSet) {
    const auto loaded = Input()
                            .with("CONDUITD_SHARD_ID", "")
                            .with("CONDUITD_CONFIG", "")
                            .with("CONDUITD_TWITCH_CLIENT_SECRET_FILE", "")
                            .with("CONDUITD_NONSENSE", "")
                            .load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_THAT(loaded.warnings, IsEmpty());
    EXPECT_EQ(row(loaded, "shard.id").origin, "default");
}

TEST(Environment, UnknownVariableOnlyWarnsAndSuggests) {
    const auto loaded =
        Input().with("CONDUITD_SHRAD_ID", "s3cr3t").with("CONDUITD_CLIENT_ID", "x").load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_THAT(loaded.warnings,
                ElementsAre(HasSubstr("CONDUITD_TWITCH_CLIENT_ID?"),
                            AllOf(HasSubstr("CONDUITD_SHRAD_ID"), HasSubstr("CONDUITD_SHARD_ID?"),
                                  Not(HasSubstr("s3cr3t")))));
}

TEST(Environment, VariablesOfKubernetesOnlyWarn) {
    const auto loaded = Input()
                            .with("CONDUITD_PORT", "tcp://10.0.0.1:80")
                            .with("CONDUITD_SERVICE_HOST", "10.0.0.1")
                            .load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_THAT(loaded.warnings,
                ElementsAre(HasSubstr("Kubernetes"), HasSubstr("enableServiceLinks: false")));
}

TEST(Environment, FileVariableIsForSecretsOnly) {
    const auto loaded = Input().with("CONDUITD_SHARD_ID_FILE", "/x").load();

    EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("CONDUITD_SHARD_ID_FILE")));
}
