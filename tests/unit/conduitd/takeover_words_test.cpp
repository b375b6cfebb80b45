#include "conduitd/takeover_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TakeoverGreeting greeting() {
    return {"1.2.0", 1, 7, "bot", "/spool", "auto", "0-3", "client", "unix"};
}

}  // namespace

TEST(TakeoverWords, AGreetingComesThrough) {
    const auto back = parse_greeting(to_text(greeting()));

    ASSERT_TRUE(back);
    EXPECT_THAT(find_obstacle(greeting(), *back), IsEmpty());
    EXPECT_EQ(back->pid, 7);
    EXPECT_EQ(back->version, "1.2.0");
}

TEST(TakeoverWords, WhatIsNoGreetingIsNone) {
    EXPECT_FALSE(parse_greeting("hello"));
    EXPECT_FALSE(parse_greeting("[]"));
    EXPECT_FALSE(parse_stock("\xff"));
    EXPECT_FALSE(parse_release("{}"));
    EXPECT_FALSE(parse_late("short"));
}

TEST(TakeoverWords, AChangedSettingIsNamedWithBothValues) {
    struct Case {
        std::string TakeoverGreeting::*field;
        const char* name;
    };
    for (const auto& [field, name] :
         {Case{&TakeoverGreeting::spool_dir, "spool.dir"}, Case{&TakeoverGreeting::name, "name"},
          Case{&TakeoverGreeting::conduit_id, "conduit.id"},
          Case{&TakeoverGreeting::shard_id, "shard.id"},
          Case{&TakeoverGreeting::client_id, "twitch.client_id"},
          Case{&TakeoverGreeting::sink_type, "sink.type"}}) {
        auto changed = greeting();
        changed.*field = "another";
        EXPECT_THAT(find_obstacle(greeting(), changed),
                    AllOf(HasSubstr(name), HasSubstr("\"another\""), HasSubstr(greeting().*field),
                          HasSubstr("takes a restart")));
    }
}

TEST(TakeoverWords, ASpoolInMemoryIsNotHandedOver) {
    auto holder = greeting();
    holder.spool_dir.clear();
    EXPECT_THAT(find_obstacle(holder, holder), HasSubstr("spool.dir is memory"));
}

TEST(TakeoverWords, AnOlderProgramDoesNotGetASpoolThatItCannotRead) {
    auto holder = greeting();
    holder.spool_format = 2;
    EXPECT_THAT(find_obstacle(holder, greeting()), HasSubstr("format 1 at most"));
    EXPECT_THAT(find_obstacle(greeting(), holder), IsEmpty());
}

TEST(TakeoverWords, StockReleaseAndLateFramesComeThrough) {
    const auto stock = parse_stock(to_text(TakeoverStock{"conduit-1", {0, 2, 3}, {}}));
    ASSERT_TRUE(stock);
    EXPECT_EQ(stock->home.text(), "0,2,3");
    EXPECT_TRUE(stock->guests.empty());

    // The rest may begin within a character, and have line breaks.
    const std::string rest("\xa4\"}\n{\"a\":1}\n");
    const auto release = parse_release(
        to_text(TakeoverRelease{true, false, true, "/s", "/c", StdoutResume{rest, 9}}));
    ASSERT_TRUE(release && release->resume);
    EXPECT_EQ(release->resume->rest, rest);
    EXPECT_EQ(release->resume->position, 9U);
    EXPECT_TRUE(release->has_stdout && !release->has_listener && release->has_control);
    EXPECT_FALSE(parse_release(to_text(TakeoverRelease{}))->resume);

    const auto text = to_text(LateFrame{{1, 2, 3}, TimePoint(std::chrono::seconds(5)), "{}"});
    const auto late = parse_late(text);
    ASSERT_TRUE(late);
    EXPECT_EQ(late->id, (IdDigest{1, 2, 3}));
    EXPECT_EQ(late->received_at, TimePoint(std::chrono::seconds(5)));
    EXPECT_EQ(late->frame, "{}");
}

}  // namespace conduitd
