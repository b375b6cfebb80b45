#include "config/input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd;
using namespace conduitd::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SinkSettings, DefaultsLieInTheStateFolder) {
    const auto loaded = Input().with("CONDUITD_STATE_DIR", "/state").load();

    ASSERT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.spool.dir, "/state/auto/auto");
    EXPECT_EQ(loaded.config.sink.unix_socket.path, "/state/events-auto.sock");
}

TEST(SinkSettings, ConduitAndNameAreInTheSpoolsPath) {
    const auto loaded = Input()
                            .with("CONDUITD_STATE_DIR", "/state")
                            .flag("conduit.id", "../../etc")
                            .flag("name", "bot")
                            .load();

    ASSERT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.spool.dir, "/state/______etc/bot");
}

TEST(SinkSettings, NameIsReplacedInPaths) {
    const auto loaded = Input()
                            .flag("name", "bot")
                            .flag("spool.dir", "/spools/{name}")
                            .flag("sink.type", "unix")
                            .flag("sink.unix.path", "@events-{name}")
                            .load();

    ASSERT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.spool.dir, "/spools/bot");
    EXPECT_EQ(loaded.config.sink.unix_socket.path, "@events-bot");
}

TEST(SinkSettings, MemoryIsNoFolder) {
    const auto loaded = Input().flag("spool.dir", "memory").load();

    ASSERT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.spool.dir, "");
}

TEST(SinkSettings, SocketsPathIsBoundedWhereASocketIsUsed) {
    const auto path = "/" + std::string(107, 'x');

    EXPECT_THAT(Input().flag("sink.unix.path", path).load().problems, IsEmpty());
    EXPECT_THAT(Input().flag("sink.unix.path", path).flag("sink.type", "unix").load().problems,
                ElementsAre(HasSubstr("a socket's path at most 107")));
}

TEST(SinkSettings, AbstractNameIsNotEmpty) {
    EXPECT_THAT(Input().flag("sink.unix.path", "@").load().problems,
                ElementsAre(HasSubstr("has no name behind the @")));
    EXPECT_THAT(Input().flag("sink.unix.path", "@{name}").load().problems, IsEmpty());
}

TEST(SinkSettings, ListsAreListsInYamlAndHaveCommasElsewhere) {
    const auto yaml =
        Input()
            .yaml("sink:\n  unix:\n    consumers: [bot, archive]\n    allow_uids:\n      - 0\n")
            .load();
    const auto flags = Input()
                           .flag("sink.unix.consumers", "bot, archive")
                           .flag("sink.unix.allow_uids", "0")
                           .load();

    for (const auto* const loaded : {&yaml, &flags}) {
        ASSERT_THAT(loaded->problems, IsEmpty());
        EXPECT_THAT(loaded->config.sink.unix_socket.consumers, ElementsAre("bot", "archive"));
        EXPECT_THAT(loaded->config.sink.unix_socket.allow_uids, ElementsAre(0U));
    }
}

TEST(SinkSettings, ListsOfOtherThingsAreRefused) {
    EXPECT_THAT(Input().yaml("sink.unix.consumers: [bot, [x]]\n").load().problems,
                ElementsAre(HasSubstr("a list of what are no words")));
    EXPECT_THAT(Input().yaml("sink.type: [stdout]\n").load().problems,
                ElementsAre(HasSubstr("a list where one value is expected")));
    EXPECT_THAT(Input().flag("sink.unix.consumers", "bot,-x").load().problems,
                ElementsAre(HasSubstr("begins with a mark")));
    EXPECT_THAT(Input().flag("sink.unix.allow_uids", "root").load().problems,
                ElementsAre(HasSubstr("is not a whole number")));
}

TEST(SinkSettings, ModeIsOctal) {
    EXPECT_EQ(Input().flag("sink.unix.mode", "0600").load().config.sink.unix_socket.mode, 0600U);
    EXPECT_EQ(Input().flag("sink.unix.mode", "660").load().config.sink.unix_socket.mode, 0660U);
    EXPECT_THAT(Input().flag("sink.unix.mode", "0680").load().problems,
                ElementsAre(HasSubstr("is not an octal number")));
    EXPECT_THAT(Input().flag("sink.unix.mode", "1777").load().problems,
                ElementsAre(HasSubstr("is too large")));
}

TEST(SpoolSettings, AgesAndSizes) {
    const auto loaded = Input()
                            .flag("spool.max_age", "36h")
                            .flag("spool.consumer_ttl", "14d")
                            .flag("spool.max_memory", "1GiB")
                            .flag("spool.sync", "never")
                            .load();

    ASSERT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.spool.age_max, std::chrono::hours(36));
    EXPECT_EQ(loaded.config.spool.consumer_ttl, std::chrono::hours(14 * 24));
    EXPECT_EQ(loaded.config.spool.memory_max, 1024ULL * 1024 * 1024);
    EXPECT_EQ(loaded.config.spool.sync, SpoolSync::none);
    EXPECT_EQ(Input().flag("spool.max_age", "none").load().config.spool.age_max, Duration::zero());
    EXPECT_THAT(Input().flag("spool.max_age", "5s").load().problems,
                ElementsAre(HasSubstr("is too small")));
}
