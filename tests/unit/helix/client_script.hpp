#pragma once

#include "helix/answers.hpp"
#include "helix/client.hpp"
#include "helix/recording_log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

namespace conduitd {

inline constexpr WallTime wall(std::chrono::seconds(1'790'000'000));

inline std::string header(const HttpRequest& request, std::string_view name) {
    const auto found = std::ranges::find(request.headers, name, &HttpHeader::name);
    return found == request.headers.end() ? "" : found->value;
}

// Scripts a client: requests are collected by kind, and each test answers those it means.
class HelixClientTest : public ::testing::Test {
protected:
    HelixClientTest() {
        options.endpoints.id_url = parse_url("https://id.twitch.tv").value();
        options.endpoints.helix_url = parse_url("https://api.twitch.tv/helix").value();
        options.client_id = "client";
        options.client_secret = "secret";
        client.emplace(options, Log(log, "helix"), Random(1));
    }

    void restart() { client.emplace(options, Log(log, "helix"), Random(1)); }

    // To a client with the token "first", which no call has used yet.
    void reach_usable() {
        client->prepare_token(now);
        respond(take(), answers::granted("first"));
        respond(take(), answers::validated());
    }

    CallId call(Patience patience = {}) {
        return client->call(make_list_conduits(options.endpoints), patience, now);
    }

    [[nodiscard]] Patience tries(unsigned attempts_max, TimePoint give_up_at = never) const {
        return {std::chrono::seconds(3), attempts_max, give_up_at};
    }

    // The next request, which must be there.
    OutgoingRequest take() {
        auto outgoing = client->next_request();
        EXPECT_TRUE(outgoing) << "no request to take";
        return outgoing ? *outgoing : OutgoingRequest{0, {}};
    }

    void respond(const OutgoingRequest& outgoing, const Result<HttpResponse>& answer) {
        client->on_response(outgoing.id, answer, now, wall);
    }

    void pass(Duration duration) {
        now += duration;
        client->on_deadline(now);
    }

    void pass_to_deadline() { pass(client->deadline() - now); }

    bool is_quiet() { return !client->next_request() && !client->next_completion(); }

    // How a call ended: the next completion, which must be there.
    Completion take_completion() {
        auto completion = client->next_completion();
        EXPECT_TRUE(completion) << "no completion to take";
        return completion ? *completion : Completion{0, ErrorCode(), {}};
    }

    HelixOptions options;
    RecordingLog log;
    TimePoint now{std::chrono::hours(1000)};
    std::optional<HelixClient> client;
};

}  // namespace conduitd
