#include "helix/call_counts.hpp"

#include "helix/api.hpp"
#include "helix/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

HelixEndpoints endpoints_of_twitch() {
    return {*parse_url("https://id.twitch.tv"), *parse_url("https://api.twitch.tv/helix")};
}

TEST(CallCounts, EndpointIsTheMethodAndOurPartOfThePath) {
    const auto endpoints = endpoints_of_twitch();

    EXPECT_EQ(CallCounts::endpoint_of(make_list_shards(endpoints, "c0ffee", "next")),
              "GET /eventsub/conduits/shards");
    EXPECT_EQ(CallCounts::endpoint_of(make_list_conduits(endpoints)), "GET /eventsub/conduits");
    EXPECT_EQ(CallCounts::endpoint_of(make_update_shards(endpoints, "c0ffee", {3}, "AgoQ")),
              "PATCH /eventsub/conduits/shards");
    EXPECT_EQ(CallCounts::endpoint_of(make_validate_request(endpoints, "secret")),
              "GET /oauth2/validate");
    EXPECT_EQ(CallCounts::endpoint_of({"GET", *parse_url("https://x/a"), {}, {}}), "other");
}

TEST(CallCounts, AnswersAreCountedByClassAndSilenceByItself) {
    CallCounts calls;

    calls.on_answer("GET /a", HttpResponse{200, {}, {}});
    calls.on_answer("GET /a", HttpResponse{204, {}, {}});
    calls.on_answer("GET /a", HttpResponse{503, {}, {}});
    calls.on_answer("GET /b", make_error_code(HelixError::unavailable));

    EXPECT_THAT(calls.counts(),
                ElementsAre(Pair(Pair("GET /a", "2xx"), 2U), Pair(Pair("GET /a", "5xx"), 1U),
                            Pair(Pair("GET /b", "none"), 1U)));
}

}  // namespace
}  // namespace conduitd
