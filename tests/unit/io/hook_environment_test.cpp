#include "io/hook_environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(HookEnvironment, SaysWhereTheHookIsAndWhomItMayTalkTo) {
    EXPECT_THAT(hook_environment({{"PATH", "/bin"},
                                  {"HOME", ""},
                                  {"DOCKER_HOST", "unix:///run/docker.sock"},
                                  {"KUBERNETES_SERVICE_PORT", "443"}}),
                ElementsAre("DOCKER_HOST=unix:///run/docker.sock",
                            "HOME=", "KUBERNETES_SERVICE_PORT=443", "PATH=/bin"));
}

TEST(HookEnvironment, NothingElsePasses) {
    EXPECT_THAT(hook_environment({{"TWITCH_CLIENT_SECRET", "x"},
                                  {"CONDUITD_TWITCH_CLIENT_SECRET_FILE", "x"},
                                  {"CONDUITD_TWITCH_ACCESS_TOKEN", "x"},
                                  {"CONDUITD_SHARD_ID", "3"},
                                  {"CREDENTIALS_DIRECTORY", "x"},
                                  {"NOTIFY_SOCKET", "x"},
                                  {"LISTEN_FDS", "1"},
                                  {"AWS_SECRET_ACCESS_KEY", "x"},
                                  {"KUBERNETES_TOKEN", "x"},
                                  {"PATHS", "x"},
                                  {"LD_PRELOAD", "x"}}),
                IsEmpty());
}

}  // namespace
}  // namespace conduitd
