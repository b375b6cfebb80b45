#include "config/location.hpp"

#include "config/input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd;
using namespace conduitd::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Location, IsWhereTheDaemonOfTheSameSourcesIs) {
    const auto input = Input()
                           .yaml(
                               "control: {path: '/c/{name}.sock'}\nstate: {dir: /s}\n"
                               "name: green\nshard: {id: 7}\n")
                           .with("CONDUITD_NAME", "blue");

    const auto location = input.locate();

    EXPECT_THAT(location.problems, IsEmpty());
    EXPECT_EQ(location.control_path, "/c/blue.sock");
    EXPECT_EQ(location.control_path, input.load().config.control.path);
    EXPECT_EQ(location.state_dir, "/s");
}

TEST(Location, NameIsTheShardsNumberUnlessSet) {
    const auto location = Input()
                              .with("CONDUITD_CONTROL_PATH", "/c/{name}.sock")
                              .with("TWITCH_SHARD_ID", "7")
                              .locate();

    EXPECT_EQ(location.control_path, "/c/7.sock");
}

TEST(Location, ControlPathThatNobodySetIsNotNamed) {
    EXPECT_EQ(Input().locate().control_path, "");
    EXPECT_EQ(Input().locate().state_dir, "/home/user/.local/state/conduitd");
    EXPECT_EQ(Input().with("CONDUITD_CONTROL_PATH", "none").locate().control_path, "");
}

TEST(Location, NeedsNeitherSecretsNorAHome) {
    const auto location = Input()
                              .without("HOME")
                              .without("TWITCH_CLIENT_ID")
                              .without("TWITCH_CLIENT_SECRET")
                              .with("TWITCH_CLIENT_SECRET_FILE", "/secret")
                              .with("CONDUITD_LOG_LEVEL", "loud")
                              .yaml("twitch: {access_token_file: /token}\nlog: {level: loud}\n")
                              .unreadable("/secret")
                              .unreadable("/token")
                              .locate();

    EXPECT_THAT(location.problems, IsEmpty());
    EXPECT_EQ(location.state_dir, "");
}

TEST(Location, WhatIsWrongWithItIsSaid) {
    EXPECT_THAT(Input().flag("config", "/missing.yaml").locate().problems,
                ElementsAre(HasSubstr("--config: the file \"/missing.yaml\" cannot be read")));
    EXPECT_THAT(Input().with("CONDUITD_CONTROL_PATH", std::string(108, 'x')).locate().problems,
                ElementsAre(HasSubstr("a socket's path at most 107")));
    EXPECT_THAT(Input().yaml("name: 'a b'\n").locate().problems,
                ElementsAre(HasSubstr("/etc/conduitd/conduitd.yaml:1: name")));
}
