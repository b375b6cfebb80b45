#pragma once

#include "helix/answers.hpp"
#include "helix/recording_log.hpp"
#include "helix/token.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace conduitd {

// Scripts a keeper: the tests read what it sends and answer that.
class TokenKeeperTest : public ::testing::Test {
protected:
    TokenKeeperTest() {
        options.endpoints.id_url = parse_url("https://id.twitch.tv").value();
        options.endpoints.helix_url = parse_url("https://api.twitch.tv/helix").value();
        options.client_id = "client";
        options.client_secret = "secret";
    }

    void start() {
        keeper.emplace(options, Log(log, "helix"), Random(seed));
        keeper->prepare(now);
    }

    void start_with_given() {
        options.client_secret.clear();
        options.given_token = "given";
        start();
    }

    // "grant", "validate <token>" or "" for nothing.
    std::string sent() {
        const auto request = keeper->next_request();
        if (!request) return "";
        if (request->url.target == "/oauth2/token") return "grant";
        for (const auto& header : request->headers) {
            if (header.name == "Authorization") return "validate " + header.value.substr(6);
        }
        return "?";
    }

    void answer(const Result<HttpResponse>& response) { keeper->on_answer(response, now); }

    void pass(Duration duration) {
        now += duration;
        keeper->on_deadline(now);
    }

    void pass_to_deadline() { pass(keeper->deadline() - now); }

    // To a token of our own that is validated and in use.
    void reach_usable(const std::string& token = "first", int expires_in = 5011271) {
        start();
        ASSERT_EQ(sent(), "grant");
        answer(answers::granted(token, expires_in));
        ASSERT_EQ(sent(), "validate " + token);
        answer(answers::validated("client", expires_in));
        keeper->on_accepted(token);
    }

    HelixOptions options;
    RecordingLog log;
    std::uint64_t seed = 1;
    TimePoint now{std::chrono::hours(1000)};
    std::optional<TokenKeeper> keeper;
};

}  // namespace conduitd
