#include "base/ensure.hpp"
#include "base/json.hpp"
#include "helix/api.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {
namespace {

constexpr std::string_view conduits_path = "/eventsub/conduits";
constexpr std::string_view subscriptions_path = "/eventsub/subscriptions";
constexpr std::string_view shards_path = "/eventsub/conduits/shards";

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

// RFC 3986: all but the unreserved characters. Right for query values and for form bodies alike.
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    if (std::ranges::all_of(text, is_unreserved)) return std::string(text);  // nearly always
    std::string out;
    for (const char c : text) {
        if (is_unreserved(c)) {
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

HttpRequest with_json(HttpRequest request, std::string body) {
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = std::move(body);
    return request;
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
                     R"({"shard_count":)" + std::to_string(shard_count) + "}");
}

HttpRequest make_update_conduit(const HelixEndpoints& endpoints, std::string_view conduit_id,
                                std::uint32_t shard_count) {
    std::string body = R"({"id":)";
    append_json_string(body, conduit_id);
    body += R"(,"shard_count":)" + std::to_string(shard_count) + "}";
    return with_json(make_request("PATCH", endpoints.helix_url, conduits_path), std::move(body));
}

HttpRequest make_delete_conduit(const HelixEndpoints& endpoints, std::string_view conduit_id) {
    auto request = make_request("DELETE", endpoints.helix_url, conduits_path);
    request.url.target += "?id=" + percent_encoded(conduit_id);
    return request;
}

HttpRequest make_list_shards(const HelixEndpoints& endpoints, std::string_view conduit_id,
                             std::string_view after) {
    auto request = make_request("GET", endpoints.helix_url, shards_path);
    request.url.target += "?conduit_id=" + percent_encoded(conduit_id);
    if (!after.empty()) request.url.target += "&after=" + percent_encoded(after);
    return request;
}

HttpRequest make_update_shards(const HelixEndpoints& endpoints, std::string_view conduit_id,
                               const ShardSet& shards, std::string_view session_id) {
    ensure(!shards.empty(), "an update names a shard");
    ensure(shards.size() <= shards_per_update_max, "an update names 100 shards at most");

    std::string body = R"({"conduit_id":)";
    append_json_string(body, conduit_id);
    body += R"(,"shards":[)";
    for (const auto shard : shards) {
        if (body.back() != '[') body += ',';
        body += R"({"id":)";
        append_json_string(body, std::to_string(shard));
        // The reference marks `method` as optional; it is sent all the same.
        body += R"(,"transport":{"method":"websocket","session_id":)";
        append_json_string(body, session_id);
        body += "}}";
    }
    body += "]}";
    return with_json(make_request("PATCH", endpoints.helix_url, shards_path), std::move(body));
}

HttpRequest make_list_subscriptions(const HelixEndpoints& endpoints, std::string_view filter,
                                    std::string_view value, std::string_view after) {
    auto request = make_request("GET", endpoints.helix_url, subscriptions_path);
    request.url.target += "?" + std::string(filter) + "=" + percent_encoded(value);
    if (!after.empty()) request.url.target += "&after=" + percent_encoded(after);
    return request;
}

HttpRequest make_shard_disabled_subscription(const HelixEndpoints& endpoints,
                                             std::string_view client_id,
                                             std::string_view conduit_id) {
    std::string body =
        R"({"type":"conduit.shard.disabled","version":"1","condition":{"client_id":)";
    append_json_string(body, client_id);
    body += R"(,"conduit_id":)";
    append_json_string(body, conduit_id);
    body += R"(},"transport":{"method":"conduit","conduit_id":)";
    append_json_string(body, conduit_id);
    body += "}}";
    return with_json(make_request("POST", endpoints.helix_url, subscriptions_path),
                     std::move(body));
}

HttpRequest authorize(HttpRequest request, std::string_view client_id, std::string_view token) {
    request.headers.push_back({"Authorization", "Bearer " + std::string(token)});
    request.headers.push_back({"Client-Id", std::string(client_id)});
    return request;
}

}  // namespace conduitd
