#include "helix/api.hpp"
#include "helix/client.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

// An HTTP answer from outside, in the shape "<status>\n<name>: <value>\n…\n\n<body>": every parser
// reads it, and a client is given it as the answer to everything it asks.
namespace {

using namespace conduitd;

constexpr std::size_t headers_max = 16;
constexpr int requests_max = 16;
constexpr WallTime wall(std::chrono::seconds(1'790'000'000));

class SilentLog final : public LogSink {
public:
    void write(LogLevel, std::string_view, std::string_view, std::span<const LogField>) override {}
};

std::string_view take_line(std::string_view& rest) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    return line;
}

HttpResponse make_answer(std::string_view input) {
    HttpResponse answer;
    for (const char c : take_line(input).substr(0, 3)) {
        answer.status = answer.status * 10 + static_cast<unsigned char>(c) % 16;
    }
    while (answer.headers.size() < headers_max) {
        const auto line = take_line(input);
        if (line.empty()) break;
        const auto colon = std::min(line.find(": "), line.size());
        const auto value = line.substr(std::min(line.size(), colon + 2));
        answer.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
    }
    answer.body = input;
    return answer;
}

void parse_all(const HttpResponse& answer) {
    (void)parse_token(answer.body);
    (void)parse_validation(answer.body);
    (void)parse_conduits(answer.body);
    (void)parse_shards(answer.body);
    (void)parse_shard_update(answer.body);
    (void)describe_failure(answer);
}

enum class TokenHost { answers_well, answers_with_input };

void drive(const HttpResponse& answer, TokenHost token_host, std::string cached_token) {
    static SilentLog sink;
    HelixOptions options;
    options.endpoints.id_url = parse_url("https://id.example").value();
    options.endpoints.helix_url = parse_url("https://api.example/helix").value();
    options.client_id = "client";
    options.client_secret = "secret";
    options.cached_token = std::move(cached_token);
    HelixClient client(options, Log(sink, "helix"), Random(1));

    TimePoint now{};
    const Patience patience{std::chrono::seconds(10), 4, now + std::chrono::minutes(3)};
    client.call(make_list_conduits(options.endpoints), patience, now);
    for (int i = 0; i < requests_max; ++i) {
        while (const auto outgoing = client.next_request()) {
            const bool is_grant = outgoing->request.url.target == "/oauth2/token";
            if (is_grant && token_host == TokenHost::answers_well) {
                const HttpResponse grant{200, {}, R"({"access_token":"token","expires_in":5000})"};
                client.on_response(outgoing->id, grant, now, wall);
            } else {
                client.on_response(outgoing->id, answer, now, wall);
            }
        }
        while (client.next_completion()) {
        }
        if (client.deadline() == never) return;
        now = std::max(now, client.deadline());
        client.on_deadline(now);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto answer = make_answer({reinterpret_cast<const char*>(data), size});
    parse_all(answer);
    drive(answer, TokenHost::answers_well, "");
    drive(answer, TokenHost::answers_with_input, "");
    drive(answer, TokenHost::answers_with_input, "cached");
    return 0;
}
