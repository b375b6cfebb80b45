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
using testing::SizeIs;

namespace {

std::vector<std::string> problems_of(const std::string& setting, const std::string& url) {
    return Input().flag(setting, url).load().problems;
}

}  // namespace

TEST(Urls, SlashAtTheEndOfAnApiUrlIsDropped) {
    const auto loaded = Input()
                            .flag("twitch.id_url", "https://a/")
                            .flag("twitch.helix_url", "https://b/helix//")
                            .flag("twitch.eventsub_url", "wss://c/")
                            .load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.twitch.id_url.target, "");
    EXPECT_EQ(loaded.config.twitch.helix_url.target, "/helix");
    EXPECT_EQ(loaded.config.twitch.eventsub_url.target, "/");
}

TEST(Urls, SchemeHasToFitTheSetting) {
    EXPECT_THAT(problems_of("twitch.id_url", "wss://a"), ElementsAre(HasSubstr("another scheme")));
    EXPECT_THAT(problems_of("twitch.helix_url", "ws://a"),
                ElementsAre(HasSubstr("another scheme")));
    EXPECT_THAT(problems_of("twitch.eventsub_url", "https://a"),
                ElementsAre(HasSubstr("another scheme")));
}

TEST(Urls, WhatIsNoUrlIsRefused) {
    for (const auto* const url : {"", "twitch.tv", "https://", "ftp://a", "https://a b",
                                  "https://a/\n", "https://a:0", "https://a?x=1", "https://a#f"}) {
        EXPECT_THAT(problems_of("twitch.id_url", url), SizeIs(1)) << url;
    }
}

TEST(Urls, UserInfoIsRefusedAndNotPrinted) {
    for (const auto* const url :
         {"https://user:s3cr3t@host/", "ftp://user:s3cr3t@host", "https://s3cr3t@", "//s3cr3t@h"}) {
        const auto loaded = Input().with("CONDUITD_TWITCH_ID_URL", url).load();

        EXPECT_THAT(loaded.problems, ElementsAre(AllOf(HasSubstr("user name or password"),
                                                       Not(HasSubstr("s3cr3t")))));
        EXPECT_EQ(row(loaded, "twitch.id_url").value, "(refused)");
    }
}

TEST(Urls, PlaintextIsForLoopbackHosts) {
    EXPECT_THAT(problems_of("twitch.id_url", "http://127.0.0.1:8080"), IsEmpty());
    EXPECT_THAT(problems_of("twitch.helix_url", "http://localhost/helix"), IsEmpty());
    EXPECT_THAT(problems_of("twitch.eventsub_url", "ws://[::1]:1/ws"), IsEmpty());
    for (const auto* const host : {"example.org", "127.example.org", "10.0.0.1", "0.0.0.0"}) {
        EXPECT_THAT(problems_of("twitch.id_url", std::string("http://") + host),
                    ElementsAre(AllOf(HasSubstr("--twitch.id_url"), HasSubstr("not encrypted"),
                                      HasSubstr("twitch.allow_plaintext: true"))))
            << host;
    }
}

TEST(Urls, PlaintextThatIsAllowedIsAWarning) {
    const auto loaded = Input()
                            .flag("twitch.allow_plaintext", "true")
                            .flag("twitch.helix_url", "http://example.org/helix")
                            .flag("twitch.eventsub_url", "ws://example.org/ws")
                            .load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_THAT(loaded.warnings,
                ElementsAre("twitch.helix_url: tokens travel unencrypted to example.org",
                            "twitch.eventsub_url: events travel unencrypted to example.org"));
}
