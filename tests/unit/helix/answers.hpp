#pragma once

#include "helix/http.hpp"

#include <string>

// Answers of both hosts, in the words that have been seen of them.
namespace conduitd::answers {

inline HttpResponse granted(const std::string& token, int expires_in = 5011271) {
    return {200,
            {},
            R"({"access_token":")" + token + R"(","expires_in":)" + std::to_string(expires_in) +
                R"(,"token_type":"bearer"})"};
}

inline HttpResponse validated(const std::string& client_id = "client", int expires_in = 4999120) {
    return {200,
            {},
            R"({"client_id":")" + client_id + R"(","scopes":[],"expires_in":)" +
                std::to_string(expires_in) + "}"};
}

inline HttpResponse validated_as_user() {
    return {200,
            {},
            R"({"client_id":"client","login":"shardbot","scopes":null,)"
            R"("user_id":"700999111","expires_in":12345})"};
}

inline HttpResponse invalid_token() {
    return {401, {}, R"({"status":401,"message":"invalid access token"})"};
}

inline HttpResponse invalid_secret() {
    return {403, {}, R"({"status":403,"message":"invalid client secret"})"};
}

inline HttpResponse invalid_client() {
    return {400, {}, R"({"status":400,"message":"invalid client"})"};
}

inline HttpResponse unauthorized() {
    return {401, {}, R"({"error":"Unauthorized","status":401,"message":"Invalid OAuth token"})"};
}

inline HttpResponse no_conduits() {
    return {200, {}, R"({"data":[]})"};
}

inline HttpResponse status(unsigned code) {
    return {code, {}, {}};
}

inline Result<HttpResponse> network_error() {
    return make_error_code(boost::system::errc::connection_refused);
}

}  // namespace conduitd::answers
