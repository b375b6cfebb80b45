#include "config/nearest_name.hpp"

#include <gtest/gtest.h>

using conduitd::settings::nearest_name;

namespace {
const std::vector<std::string> names{"conduit.id", "log.format", "log.level", "shard.id",
                                     "twitch.client_id"};
}

TEST(NearestName, SlipIsFound) {
    EXPECT_EQ(nearest_name("shrad.id", names), "shard.id");
    EXPECT_EQ(nearest_name("log.levels", names), "log.level");
    EXPECT_EQ(nearest_name("log-level", names), "log.level");
}

TEST(NearestName, ForgottenSectionIsFound) {
    EXPECT_EQ(nearest_name("client_id", names), "twitch.client_id");
    EXPECT_EQ(nearest_name("level", names), "log.level");
}

TEST(NearestName, AmbiguousOrForeignNameFindsNothing) {
    EXPECT_EQ(nearest_name("id", names), "");
    EXPECT_EQ(nearest_name("http.listen", names), "");
    EXPECT_EQ(nearest_name("", names), "");
    EXPECT_EQ(nearest_name(std::string(1 << 20, 'a'), names), "");
}
