#include "twitch_sim/server/http_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace twitch_sim {
namespace {

using Progress = HttpReader::Progress;

unsigned status_for(std::string bytes) {
    HttpReader reader;
    return reader.read(bytes) == Progress::refused ? reader.refusal_status() : 0;
}

TEST(HttpReader, RequestIsTheSameHoweverTheBytesAreCut) {
    const std::string_view text =
        "POST /oauth2/token?a=b HTTP/1.1\r\nHost: h:1\r\nContent-Length: 5\r\n\r\nhello";

    for (std::size_t piece_bytes = 1; piece_bytes <= text.size(); ++piece_bytes) {
        HttpReader reader;
        std::string received;
        Progress progress = Progress::incomplete;
        for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
            ASSERT_EQ(progress, Progress::incomplete);
            received += text.substr(at, piece_bytes);
            progress = reader.read(received);
        }

        ASSERT_EQ(progress, Progress::complete) << piece_bytes;
        const HttpRequest request = reader.take();
        EXPECT_EQ(request.call.method, "POST");
        EXPECT_EQ(request.call.target, "/oauth2/token?a=b");
        EXPECT_EQ(request.call.body, "hello");
        ASSERT_EQ(request.call.headers.size(), 2u);
        EXPECT_EQ(request.call.headers[0].second, "h:1");
        EXPECT_TRUE(request.keep_alive);
    }
}

TEST(HttpReader, WhatFollowsARequestIsLeftForTheNext) {
    HttpReader reader;
    std::string received =
        "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nConnection: close\r\n\r\nrest";

    ASSERT_EQ(reader.read(received), Progress::complete);
    EXPECT_EQ(reader.take().call.target, "/a");
    ASSERT_EQ(reader.read(received), Progress::complete);
    const HttpRequest second = reader.take();

    EXPECT_EQ(second.call.target, "/b");
    EXPECT_FALSE(second.keep_alive);
    EXPECT_EQ(received, "rest");
}

TEST(HttpReader, ChunkedBodyIsPutTogether) {
    HttpReader reader;
    std::string received =
        "PATCH / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";

    ASSERT_EQ(reader.read(received), Progress::complete);

    EXPECT_EQ(reader.take().call.body, "abcde");
}

TEST(HttpReader, ContinueIsAskedForOnce) {
    HttpReader reader;
    std::string received = "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";

    EXPECT_EQ(reader.read(received), Progress::awaiting_continue);
    EXPECT_EQ(reader.read(received), Progress::incomplete);
    received += "ok";

    EXPECT_EQ(reader.read(received), Progress::complete);
}

TEST(HttpReader, MalformedAndOversizedRequestsAreRefused) {
    EXPECT_EQ(status_for("\x16\x03\x01 nonsense\r\n\r\n"), 400u);
    EXPECT_EQ(status_for("GET / HTTP/1.1\r\nno colon\r\n\r\n"), 400u);
    EXPECT_EQ(status_for("GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"), 400u);
    EXPECT_EQ(status_for("PUT / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n"), 413u);
    EXPECT_EQ(status_for("GET / HTTP/1.1\r\nA: " + std::string(70'000, 'x') + "\r\n\r\n"), 431u);
}

}  // namespace
}  // namespace twitch_sim
