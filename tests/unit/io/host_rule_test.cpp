#include "io/host_rule.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(HostRule, AddressesAndLocalhostAreAllowed) {
    const HostRule rule({});
    for (const auto* host : {"127.0.0.1", "127.0.0.1:9090", "10.2.3.4:80", "[::1]", "[::1]:9090",
                             "[fd00::1]:9090", "localhost", "LocalHost:9090", ""}) {
        EXPECT_TRUE(rule.allows(host)) << host;
    }
}

TEST(HostRule, NamesAreNot) {
    const HostRule rule({});
    for (const auto* host : {"evil.example", "evil.example:9090", "127.0.0.1.evil.example",
                             "localhost.evil.example", ":9090", "[", "[]", "[::1", "1.2.3"}) {
        EXPECT_FALSE(rule.allows(host)) << host;
    }
}

TEST(HostRule, NamesThatWereGivenAre) {
    const HostRule rule({"worker-1", "worker-1.conduitd.svc"});

    EXPECT_TRUE(rule.allows("worker-1:9090"));
    EXPECT_TRUE(rule.allows("Worker-1.conduitd.svc"));
    EXPECT_FALSE(rule.allows("worker-2"));
    EXPECT_TRUE(HostRule({"*"}).allows("anything.example:1"));
}

}  // namespace
}  // namespace conduitd
