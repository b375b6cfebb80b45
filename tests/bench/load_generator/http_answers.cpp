#include "load_generator/http_answers.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace bench {
namespace {

constexpr std::string_view shards_path = "/helix/eventsub/conduits/shards";

// The value of a header, whose name is given in lower case; empty where there is none.
std::string header(std::string_view head, std::string_view name) {
    std::string lower(head);
    std::ranges::transform(lower, lower.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto found = lower.find(fmt::format("\r\n{}:", name));
    if (found == std::string::npos) return {};
    auto begin = found + name.size() + 3;
    while (begin < head.size() && head[begin] == ' ') ++begin;
    return std::string(head.substr(begin, head.find("\r\n", begin) - begin));
}

std::size_t content_length(std::string_view head) {
    const auto text = header(head, "content-length");
    std::size_t bytes = 0;
    std::from_chars(text.data(), text.data() + text.size(), bytes);
    return bytes;
}

std::string encode_base64(const unsigned char* data, std::size_t bytes) {
    std::string text(4 * ((bytes + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), data,
                                     static_cast<int>(bytes));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::string describe_shard(const std::string& session_id) {
    return fmt::format(
        R"({{"id":"0","status":"enabled","transport":{{"method":"websocket","session_id":"{}",)"
        R"("connected_at":"2026-03-04T05:06:07Z"}}}})",
        session_id);
}

}  // namespace

std::optional<HttpRequest> take_request(std::string& bytes) {
    constexpr std::string_view end_of_head = "\r\n\r\n";
    const auto end = bytes.find(end_of_head);
    if (end == std::string::npos) return std::nullopt;
    const std::string_view head(bytes.data(), end + 2);
    const auto body_at = end + end_of_head.size();
    const auto body_bytes = content_length(head);
    if (bytes.size() < body_at + body_bytes) return std::nullopt;

    const auto method_end = head.find(' ');
    const auto path_end = head.find(' ', method_end + 1);
    HttpRequest request;
    request.method = head.substr(0, method_end);
    request.path = head.substr(method_end + 1, path_end - method_end - 1);
    request.websocket_key = header(head, "sec-websocket-key");
    request.body = bytes.substr(body_at, body_bytes);
    bytes.erase(0, body_at + body_bytes);
    return request;
}

std::string encode_answer(const HttpAnswer& answer) {
    return fmt::format(
        "HTTP/1.1 {} Answer\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
        "Ratelimit-Limit: 800\r\nRatelimit-Remaining: 799\r\nRatelimit-Reset: 1\r\n\r\n{}",
        answer.status, answer.body.size(), answer.body);
}

// RFC 6455, section 4.2.2.
std::string encode_upgrade(const std::string& websocket_key) {
    const auto text = websocket_key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int bytes = 0;
    EVP_Digest(text.data(), text.size(), digest, &bytes, EVP_sha1(), nullptr);
    return fmt::format(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: {}\r\n\r\n",
        encode_base64(digest, bytes));
}

HttpAnswer answer_call(const HttpRequest& request, const std::string& session_id) {
    const auto is = [&request](std::string_view method, std::string_view path) {
        const std::string_view asked = request.path;
        return request.method == method && asked.substr(0, asked.find('?')) == path;
    };
    if (is("POST", "/oauth2/token")) {
        return {200, R"({"access_token":"9u74065gy04wvgnlbmheqn3lonr5sw","expires_in":5011271,)"
                     R"("token_type":"bearer"})"};
    }
    if (is("GET", "/oauth2/validate")) {
        return {200,
                fmt::format(R"({{"client_id":"{}","scopes":[],"expires_in":4999120}})", client_id)};
    }
    if (is("GET", "/helix/eventsub/conduits")) {
        return {200, fmt::format(R"({{"data":[{{"id":"{}","shard_count":1}}]}})", conduit_id)};
    }
    if (is("GET", shards_path)) {
        const auto shard = session_id.empty() ? std::string() : describe_shard(session_id);
        return {200, fmt::format(R"({{"data":[{}],"pagination":{{}}}})", shard)};
    }
    if (const auto bound = session_to_bind(request)) {
        return {202, fmt::format(R"({{"data":[{}],"errors":[]}})", describe_shard(*bound))};
    }
    return {404, R"({"error":"Not Found","status":404,"message":"not found"})"};
}

std::optional<std::string> session_to_bind(const HttpRequest& request) {
    if (request.method != "PATCH" || request.path != shards_path) return std::nullopt;
    constexpr std::string_view mark = R"("session_id":")";
    const auto found = request.body.find(mark);
    if (found == std::string::npos) return std::nullopt;
    const auto begin = found + mark.size();
    return request.body.substr(begin, request.body.find('"', begin) - begin);
}

}  // namespace bench
