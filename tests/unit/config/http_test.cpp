#include "config/input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd;
using namespace conduitd::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(HttpSettings, AreOffByDefault) {
    const auto config = Input().load().config;

    EXPECT_EQ(config.http.address, "");
    EXPECT_THAT(config.http.hosts, IsEmpty());
}

TEST(HttpSettings, AddressAndPortAreTaken) {
    const struct {
        const char* text;
        const char* address;
        unsigned port;
    } rows[] = {{"127.0.0.1:9090", "127.0.0.1", 9090},
                {"[::]:0", "::", 0},
                {"localhost:80", "127.0.0.1", 80},
                {"none", "", 0}};
    for (const auto& row : rows) {
        const auto loaded = Input().flag("http.listen", row.text).load();
        EXPECT_THAT(loaded.problems, IsEmpty()) << row.text;
        EXPECT_EQ(loaded.config.http.address, row.address);
        EXPECT_EQ(loaded.config.http.port, row.port);
    }
}

TEST(HttpSettings, WhatIsNeitherIsRefused) {
    for (const auto* const text :
         {"9090", ":9090", "[]:9090", "::1:9090", "127.0.0.1:", "1.2.3.4:x", "1.2.3.4:65536"}) {
        EXPECT_THAT(Input().flag("http.listen", text).load().problems,
                    ElementsAre(AllOf(HasSubstr("--http.listen"), HasSubstr("[::]:9090"))))
            << text;
    }
}

TEST(HttpSettings, HostsAreAList) {
    const auto loaded = Input().yaml("http: {hosts: [worker-1, worker-1.svc]}\n").load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_THAT(loaded.config.http.hosts, ElementsAre("worker-1", "worker-1.svc"));
}
