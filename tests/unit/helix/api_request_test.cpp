#include "helix/api.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace conduitd {
namespace {

HelixEndpoints endpoints(std::string_view id = "https://id.twitch.tv",
                         std::string_view helix = "https://api.twitch.tv/helix") {
    return {parse_url(id).value(), parse_url(helix).value()};
}

std::string header(const HttpRequest& request, std::string_view name) {
    const auto found = std::ranges::find(request.headers, name, &HttpHeader::name);
    return found == request.headers.end() ? "" : found->value;
}

TEST(ApiRequest, TokenRequestIsAForm) {
    const auto request = make_token_request(endpoints(), "client", "se cret&+=%ü");

    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url.origin(), "https://id.twitch.tv");
    EXPECT_EQ(request.url.target, "/oauth2/token");
    EXPECT_EQ(header(request, "Content-Type"), "application/x-www-form-urlencoded");
    EXPECT_EQ(request.body,
              "client_id=client&client_secret=se%20cret%26%2B%3D%25%C3%BC"
              "&grant_type=client_credentials");
    EXPECT_EQ(request.timeout, std::chrono::seconds(10));
}

TEST(ApiRequest, ValidationSendsTheToken) {
    const auto request = make_validate_request(endpoints(), "token");

    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.url.target, "/oauth2/validate");
    EXPECT_EQ(header(request, "Authorization"), "OAuth token");
    EXPECT_EQ(header(request, "Accept"), "application/json");
    EXPECT_EQ(header(request, "User-Agent").rfind("conduitd/", 0), 0U);
    EXPECT_EQ(request.body, "");
}

TEST(ApiRequest, PathsGoUnderTheConfiguredOnes) {
    const auto at = endpoints("http://127.0.0.1:8080/sim/", "http://127.0.0.1:8080/sim/helix/");

    EXPECT_EQ(make_validate_request(at, "token").url.target, "/sim/oauth2/validate");
    EXPECT_EQ(make_list_conduits(at).url.target, "/sim/helix/eventsub/conduits");
    EXPECT_EQ(make_list_conduits(at).url.port, 8080);
}

TEST(ApiRequest, CreateConduitSendsTheCount) {
    const auto request = make_create_conduit(endpoints(), 20'000);

    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url.target, "/helix/eventsub/conduits");
    EXPECT_EQ(header(request, "Content-Type"), "application/json");
    EXPECT_EQ(request.body, R"({"shard_count":20000})");
}

TEST(ApiRequest, UpdateConduitSendsIdAndCount) {
    const auto request = make_update_conduit(endpoints(), "id-\"1", 8);

    EXPECT_EQ(request.method, "PATCH");
    EXPECT_EQ(request.url.target, "/helix/eventsub/conduits");
    EXPECT_EQ(header(request, "Content-Type"), "application/json");
    EXPECT_EQ(request.body, R"({"id":"id-\"1","shard_count":8})");
}

TEST(ApiRequest, DeleteConduitNamesItInTheQuery) {
    const auto request = make_delete_conduit(endpoints(), "a&b");

    EXPECT_EQ(request.method, "DELETE");
    EXPECT_EQ(request.url.target, "/helix/eventsub/conduits?id=a%26b");
    EXPECT_EQ(request.body, "");
}

TEST(ApiRequest, ListShardsEncodesItsQuery) {
    const auto first = make_list_shards(endpoints(), "id-1", "");
    const auto next = make_list_shards(endpoints(), "a&b", "cur/sor==");

    EXPECT_EQ(first.method, "GET");
    EXPECT_EQ(first.url.target, "/helix/eventsub/conduits/shards?conduit_id=id-1");
    EXPECT_EQ(next.url.target,
              "/helix/eventsub/conduits/shards?conduit_id=a%26b&after=cur%2Fsor%3D%3D");
}

TEST(ApiRequest, UpdateShardsBindsEachToTheSession) {
    const auto request = make_update_shards(endpoints(), "conduit", {0, 17}, "Ago\"Q");

    EXPECT_EQ(request.method, "PATCH");
    EXPECT_EQ(request.url.target, "/helix/eventsub/conduits/shards");
    EXPECT_EQ(header(request, "Content-Type"), "application/json");
    EXPECT_EQ(boost::json::parse(request.body), boost::json::parse(R"({
        "conduit_id": "conduit",
        "shards": [
            {"id": "0", "transport": {"method": "websocket", "session_id": "Ago\"Q"}},
            {"id": "17", "transport": {"method": "websocket", "session_id": "Ago\"Q"}}
        ]})"));
}

TEST(ApiRequestDeathTest, UpdateShardsTakesOneToAHundred) {
    std::vector<std::uint32_t> too_many(shards_per_update_max + 1);
    std::iota(too_many.begin(), too_many.end(), 0U);

    EXPECT_DEATH((void)make_update_shards(endpoints(), "conduit", {}, "s"), "names a shard");
    EXPECT_DEATH((void)make_update_shards(endpoints(), "conduit", ShardSet(too_many), "s"),
                 "100 shards");
}

TEST(ApiRequest, ListSubscriptionsHasOneFilter) {
    const auto request = make_list_subscriptions(endpoints(), "type", "a.b", "x=");

    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.url.target, "/helix/eventsub/subscriptions?type=a.b&after=x%3D");
}

TEST(ApiRequest, ShardDisabledIsSubscribedToByWayOfTheConduit) {
    const auto request = make_shard_disabled_subscription(endpoints(), "cl\"ient", "conduit");

    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url.target, "/helix/eventsub/subscriptions");
    EXPECT_EQ(boost::json::parse(request.body), boost::json::parse(R"({
        "type": "conduit.shard.disabled", "version": "1",
        "condition": {"client_id": "cl\"ient", "conduit_id": "conduit"},
        "transport": {"method": "conduit", "conduit_id": "conduit"}})"));
}

TEST(ApiRequest, AuthorizeAddsTokenAndClientId) {
    const auto request = authorize(make_list_conduits(endpoints()), "client", "token");

    EXPECT_EQ(header(request, "Authorization"), "Bearer token");
    EXPECT_EQ(header(request, "Client-Id"), "client");
    EXPECT_EQ(header(request, "Accept"), "application/json");
}

}  // namespace
}  // namespace conduitd
