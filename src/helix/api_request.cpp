#include "base/ensure.hpp"
#include "helix/api.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace conduitd {
namespace {

constexpr std::string_view conduits_path = "/eventsub/conduits";
constexpr std::string_view shards_path = "/eventsub/conduits/shards";

// RFC 3986: all but the unreserved characters. Right for query values and for form bodies alike.
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (unreserved.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
    return out;
}

HttpRequest make_request(std::string_view method, const Url& base, std::string_view path) {
    HttpRequest request;
    request.method = method;
    request.url = base;
    if (request.url.target.ends_with('/')) request.url.target.pop_back();
    request.url.target += path;
    request.headers = {{"Accept", "application/json"},
                       {"User-Agent", "conduitd/" CONDUITD_VERSION}};
    return request;
}

HttpRequest with_json(HttpRequest request, const boost::json::object& body) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = boost::json::serialize(body);
    return request;
}

boost::json::string json_string(std::string_view text) {
    return boost::json::string(text.data(), text.size());
}

}  // namespace

HttpRequest make_token_request(const HelixEndpoints& endpoints, std::string_view client_id,
                               std::string_view client_secret) {
    // A form body rather than a query, so that the secret is in no URL and no log of a proxy.
    auto request = make_request("POST", endpoints.id_url, "/oauth2/token");
    request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    request.body = "client_id=" + percent_encoded(client_id) +
                   "&client_secret=" + percent_encoded(client_secret) +
                   "&grant_type=client_credentials";
    return request;
}

HttpRequest make_validate_request(const HelixEndpoints& endpoints, std::string_view token) {
    auto request = make_request("GET", endpoints.id_url, "/oauth2/validate");
    request.headers.push_back({"Authorization", "OAuth " + std::string(token)});
    return request;
}

HttpRequest make_list_conduits(const HelixEndpoints& endpoints) {
    return make_request("GET", endpoints.helix_url, conduits_path);
}

HttpRequest make_create_conduit(const HelixEndpoints& endpoints, std::uint32_t shard_count) {
    return with_json(make_request("POST", endpoints.helix_url, conduits_path),
                     {{"shard_count", shard_count}});
}

HttpRequest make_list_shards(const HelixEndpoints& endpoints, std::string_view conduit_id,
                             std::string_view after) {
    auto request = make_request("GET", endpoints.helix_url, shards_path);
    request.url.target += "?conduit_id=" + percent_encoded(conduit_id);
    if (!after.empty()) request.url.target += "&after=" + percent_encoded(after);
    return request;
}

HttpRequest make_update_shards(const HelixEndpoints& endpoints, std::string_view conduit_id,
                               const std::vector<std::string>& shard_ids,
                               std::string_view session_id) {
    ensure(!shard_ids.empty(), "an update names a shard");
    ensure(shard_ids.size() <= shards_per_update_max, "an update names 100 shards at most");

    boost::json::array shards;
    for (const auto& shard_id : shard_ids) {
        shards.push_back(boost::json::object{
            {"id", json_string(shard_id)},
            // The reference marks `method` as optional; it is sent all the same.
            {"transport", {{"method", "websocket"}, {"session_id", json_string(session_id)}}}});
    }
    return with_json(make_request("PATCH", endpoints.helix_url, shards_path),
                     {{"conduit_id", json_string(conduit_id)}, {"shards", std::move(shards)}});
}

HttpRequest authorize(HttpRequest request, std::string_view client_id, std::string_view token) {
    request.headers.push_back({"Authorization", "Bearer " + std::string(token)});
    request.headers.push_back({"Client-Id", std::string(client_id)});
    return request;
}

}  // namespace conduitd
