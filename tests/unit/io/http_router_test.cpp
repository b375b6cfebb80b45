#include "io/http_router.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

std::vector<Route> routes() {
    return {{"GET", "/status",
             [](const ServedRequest&) {
                 return ServedAnswer{200, "{}", {}};
             }},
            {"POST", "/rotate", [](const ServedRequest& request) {
                 return ServedAnswer{202, std::to_string(request.peer.value_or(Peer{}).pid), {}};
             }}};
}

ServedAnswer ask(const char* method, const char* target) {
    return serve(routes(), {method, target, Peer{0, 7}});
}

}  // namespace

TEST(HttpRouter, RouteOfMethodAndPathServes) {
    EXPECT_EQ(ask("GET", "/status").body, "{}");
    EXPECT_EQ(ask("GET", "/status?x=/rotate").body, "{}");
    EXPECT_EQ(ask("POST", "/rotate").status, 202U);
    EXPECT_EQ(ask("POST", "/rotate").body, "7");
}

TEST(HttpRouter, WrongMethodIsToldWhichThereAre) {
    const auto answer = ask("GET", "/rotate");

    EXPECT_EQ(answer.status, 405U);
    EXPECT_EQ(answer.allow, "POST");
    EXPECT_EQ(answer.body, R"({"error":"this path takes POST"})");
    EXPECT_EQ(ask("get", "/status").status, 405U);
}

TEST(HttpRouter, UnknownPathIsToldWhichThereAre) {
    const auto answer = ask("POST", "/x\"\n");

    EXPECT_EQ(answer.status, 404U);
    EXPECT_EQ(answer.body,
              R"({"error":"there is nothing at this path; there are GET /status, POST /rotate"})");
    for (const char* const target : {"", "/", "*", "/status/", "//status", "http://x/status"}) {
        EXPECT_EQ(ask("GET", target).status, 404U) << target;
    }
}

}  // namespace conduitd
