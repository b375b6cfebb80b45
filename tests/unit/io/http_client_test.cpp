#include "io/http_client.hpp"

#include "io/tls.hpp"
#include "loop.hpp"
#include "raw_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace conduitd {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class HttpClientTest : public ::testing::Test {
protected:
    // Sends `request` to a server that answers with these bytes and then ends the stream.
    Result<HttpResponse> exchange(const std::string& answer, HttpRequest request = {}) {
        const test::RawServer server(
            [this, answer, size = request.body.size()](test::RawPeer& peer) {
                seen_ = peer.read_to("\r\n\r\n");
                seen_ += peer.read(size);
                peer.send(answer);
            });
        if (request.method.empty()) request.method = "GET";
        request.url = server.url("http", "/helix/x?a=%7E&b=c%20d");
        return send(std::move(request));
    }

    Result<HttpResponse> send(HttpRequest request) {
        std::optional<Result<HttpResponse>> result;
        client_->send(std::move(request), [&](Result<HttpResponse> answer) { result = answer; });
        EXPECT_FALSE(result) << "called from inside send()";
        EXPECT_TRUE(test::run_until(context_, [&] { return result.has_value(); }));
        return result.value();
    }

    asio::io_context context_;
    std::unique_ptr<HttpClient> client_ = HttpClient::make(context_, nullptr);
    std::string seen_;
};

}  // namespace

TEST_F(HttpClientTest, RequestGoesOutAsGiven) {
    HttpRequest request;
    request.method = "PATCH";
    request.headers = {{"Client-Id", "abc"}, {"Content-Type", "application/json"}};
    request.body = R"({"a":1})";

    const auto response = exchange("HTTP/1.1 204 No Content\r\n\r\n", request);

    EXPECT_EQ(response.value().status, 204U);
    EXPECT_THAT(seen_, StartsWith("PATCH /helix/x?a=%7E&b=c%20d HTTP/1.1\r\nHost: 127.0.0.1:"));
    EXPECT_THAT(seen_, HasSubstr("\r\nClient-Id: abc\r\n"));
    EXPECT_THAT(seen_, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(seen_, HasSubstr("\r\nContent-Length: 7\r\n"));
    EXPECT_THAT(seen_, HasSubstr("\r\nUser-Agent: conduitd/"));
    EXPECT_THAT(seen_, EndsWith("\r\n\r\n{\"a\":1}"));
}

TEST_F(HttpClientTest, BodyIsReadByLengthByChunksAndToTheEnd) {
    const auto by_length =
        exchange("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nRatelimit-Limit: 800\r\n\r\nhi");
    const auto by_chunks = exchange(
        "HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n");
    const auto to_the_end = exchange("HTTP/1.1 200 OK\r\n\r\nhi");

    EXPECT_EQ(by_length.value().body, "hi");
    EXPECT_EQ(by_length.value().header("ratelimit-limit"), "800");
    EXPECT_EQ(by_chunks.value().body, "hi");
    EXPECT_EQ(by_chunks.value().status, 500U);
    EXPECT_EQ(to_the_end.value().body, "hi");
}

TEST_F(HttpClientTest, InterimAnswerIsNotTheAnswer) {
    const auto response = exchange(
        "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");

    EXPECT_EQ(response.value().status, 200U);
    EXPECT_EQ(response.value().body, "hi");
}

TEST_F(HttpClientTest, BrokenAnswersAreErrors) {
    EXPECT_TRUE(exchange("").has_error());
    EXPECT_TRUE(exchange("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi").has_error());
    EXPECT_TRUE(exchange("not HTTP at all\r\n\r\n").has_error());
    EXPECT_TRUE(exchange("HTTP/1.1 200 OK\r\nX: " + std::string(80'000, 'x')).has_error());
}

TEST_F(HttpClientTest, BodyLargerThanTheBoundIsAnError) {
    const auto head = [](std::size_t size) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
    };
    const std::string body(response_bytes_max + 1, 'x');

    EXPECT_TRUE(exchange(head(body.size()) + body).has_error());
    EXPECT_TRUE(exchange("HTTP/1.1 200 OK\r\n\r\n" + body).has_error());
    EXPECT_EQ(exchange(head(response_bytes_max) + body).value().body.size(), response_bytes_max);
}

TEST_F(HttpClientTest, ServerThatSaysNothingIsATimeoutOfOurs) {
    const test::RawServer server([](test::RawPeer& peer) { peer.read_to_end(); });
    HttpRequest request{.method = "GET",
                        .url = server.url("http", "/"),
                        .headers = {},
                        .body = {},
                        .timeout = std::chrono::milliseconds(50)};

    EXPECT_EQ(send(request).error(), boost::system::errc::timed_out);
}

TEST_F(HttpClientTest, RefusedConnectionIsReported) {
    Url url;
    {
        const test::RawServer server([](test::RawPeer&) {});
        url = server.url("http", "/");
    }
    HttpRequest request;
    request.method = "GET";
    request.url = url;

    EXPECT_EQ(send(request).error(), boost::system::errc::connection_refused);
}

TEST_F(HttpClientTest, NothingIsCalledAfterTheDestructor) {
    const test::RawServer server([](test::RawPeer& peer) { peer.read_to_end(); });
    HttpRequest request;
    request.method = "GET";
    request.url = server.url("http", "/");
    int calls = 0;

    client_->send(request, [&](const Result<HttpResponse>&) { ++calls; });
    client_->send(request, [&](const Result<HttpResponse>&) { ++calls; });
    test::run_for(context_, std::chrono::milliseconds(20));
    client_.reset();
    test::run_for(context_, std::chrono::milliseconds(20));

    EXPECT_EQ(calls, 0);
}

TEST_F(HttpClientTest, ClientMayBeDestroyedByItsOwnAnswer) {
    const test::RawServer server([](test::RawPeer& peer) { peer.read_to("\r\n\r\n"); });
    HttpRequest request;
    request.method = "GET";
    request.url = server.url("http", "/");
    bool is_done = false;

    client_->send(request, [&](const Result<HttpResponse>&) {
        client_.reset();
        is_done = true;
    });

    EXPECT_TRUE(test::run_until(context_, [&] { return is_done; }));
}

}  // namespace conduitd
