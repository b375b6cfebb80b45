#include "io/http_server.hpp"

#include "http_test_client.hpp"
#include "io/unix_http_client.hpp"
#include "loop.hpp"
#include "temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unistd.h>

namespace conduitd {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class QuietSink : public LogSink {
public:
    void write(LogLevel, std::string_view, std::string_view, std::span<const LogField>) override {}
};

using Client = test::HttpTestClient;

class HttpServerTest : public ::testing::Test {
protected:
    void start(HttpServerLimits limits = {}) {
        server_ = HttpServer::make(
            context_, UnixListener::open(path_).value(),
            {{"GET", "/status",
              [this](const ServedRequest& request) {
                  peer_ = request.peer;
                  return ServedAnswer{200, R"({"state":"holding"})", {}};
              }},
             {"POST", "/rotate", [](const ServedRequest&) { return refuse(409, "no"); }},
             {"GET", "/list",
              [](const ServedRequest&) {
                  const auto later = std::make_shared<LateAnswer>();
                  later->give({200, "[]", {}});
                  return ServedAnswer{.later = later};
              }},
             {"POST", "/drain",
              [this](const ServedRequest&) {
                  const auto later = std::make_shared<LateAnswer>();
                  later_ = later;
                  return ServedAnswer{.later = later};
              }}},
            sink_, limits);
    }

    std::string exchange(std::string_view bytes) {
        Client client(path_);
        client.send(bytes);
        EXPECT_TRUE(test::run_until(context_, [&] { return client.has_ended(); }));
        return client.text();
    }

    test::TemporaryFolder folder_;
    std::string path_ = folder_ / "control-0.sock";
    QuietSink sink_;
    asio::io_context context_;
    std::unique_ptr<HttpServer> server_;
    std::optional<Peer> peer_;
    std::weak_ptr<LateAnswer> later_;  // of the newest request to drain
};

}  // namespace

TEST_F(HttpServerTest, RequestIsAnsweredAndItsPeerKnown) {
    start();

    const auto text = exchange("GET /status HTTP/1.1\r\nHost: x\r\n\r\n");

    EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(text, HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_THAT(text, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(text, EndsWith("\r\n\r\n{\"state\":\"holding\"}\n"));
    ASSERT_TRUE(peer_);
    EXPECT_EQ(peer_->uid, ::getuid());
    EXPECT_EQ(peer_->pid, ::getpid());
}

TEST_F(HttpServerTest, BodyIsTakenAndNotMinded) {
    start();

    EXPECT_THAT(exchange("POST /rotate HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"),
                StartsWith("HTTP/1.1 409 "));
    EXPECT_THAT(exchange("POST /rotate HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                         "2\r\n{}\r\n0\r\n\r\n"),
                StartsWith("HTTP/1.1 409 "));
}

TEST_F(HttpServerTest, WhatNoRouteFitsIsRefusedInJson) {
    start();

    EXPECT_THAT(exchange("DELETE /status HTTP/1.1\r\n\r\n"),
                ::testing::AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("\r\nAllow: GET\r\n"),
                                 HasSubstr(R"({"error":"this path takes GET"})")));
    EXPECT_THAT(exchange("GET /x HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(HttpServerTest, GarbageAndWhatIsTooLargeIsRefused) {
    start();
    const std::string big(20'000, 'x');

    EXPECT_THAT(exchange("\x16\x03\x01 hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(exchange("GET /" + big), StartsWith("HTTP/1.1 431 "));
    EXPECT_THAT(exchange("GET /status HTTP/1.1\r\nX: " + big + "\r\n\r\n"),
                StartsWith("HTTP/1.1 431 "));
    EXPECT_THAT(exchange("POST /rotate HTTP/1.1\r\nContent-Length: 20000\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(exchange("POST /rotate HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4e20\r\n" +
                         big + "\r\n0\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(exchange("GET /status HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ClientThatSendsNothingOrTooSlowlyIsCut) {
    start({.connection_time_max = 30ms});
    Client silent(path_);
    Client slow(path_);
    slow.send("GET /sta");

    EXPECT_TRUE(test::run_until(context_, [&] { return silent.has_ended() && slow.has_ended(); }));

    EXPECT_EQ(silent.text(), "");
    EXPECT_EQ(slow.text(), "");
}

TEST_F(HttpServerTest, NewestOfTooManyIsTurnedAwayAndTheRestServed) {
    start({.connections_max = 2});
    Client first(path_);
    Client second(path_);

    const auto text = exchange("GET /status HTTP/1.1\r\n\r\n");
    first.send("GET /status HTTP/1.1\r\n\r\n");

    EXPECT_THAT(text, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(text, EndsWith("\r\nContent-Length: 41\r\n\r\n"
                               "{\"error\":\"too many connections at once\"}\n"));
    EXPECT_TRUE(test::run_until(context_, [&] { return first.has_ended(); }));
    EXPECT_THAT(first.text(), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(exchange("GET /status HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ClientThatLeavesMakesRoom) {
    start({.connections_max = 1});
    for (int i = 0; i < 3; ++i) {
        const Client leaves(path_);
    }

    EXPECT_TRUE(test::run_until(context_, [&] {
        return exchange("GET /status HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 ");
    }));
}

TEST_F(HttpServerTest, EndsWithConnectionsOpenAndTakesItsFileAlong) {
    start();
    Client open(path_);
    open.send("GET /sta");
    test::run_for(context_, 5ms);

    server_.reset();

    EXPECT_TRUE(test::run_until(context_, [&] { return open.has_ended(); }));
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(HttpServerTest, LateAnswerMayBeTheLastThingThatIsSaid) {
    start();
    Client client(path_);
    client.send("POST /drain HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(test::run_until(context_, [&] { return !later_.expired(); }));
    EXPECT_FALSE(client.has_ended());

    later_.lock()->give({200, R"({"exit_code":75})", {}});
    server_.reset();  // the loop is not turned any more

    EXPECT_TRUE(client.has_ended());
    EXPECT_THAT(client.text(), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(client.text(), EndsWith("\r\n\r\n{\"exit_code\":75}\n"));
}

TEST_F(HttpServerTest, LateAnswerIsWaitedForLongerThanARequestMayTake) {
    start({.connection_time_max = 200ms});
    Client client(path_);
    client.send("POST /drain HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(test::run_until(context_, [&] { return !later_.expired(); }));
    Client silent(path_);  // shows that the time is up
    ASSERT_TRUE(test::run_until(context_, [&] { return silent.has_ended(); }));

    later_.lock()->give({200, "{}", {}});

    EXPECT_TRUE(client.has_ended());
    EXPECT_THAT(client.text(), EndsWith("{}\n"));
}

TEST_F(HttpServerTest, LateAnswerMayBeThereBeforeItIsWaitedFor) {
    start();

    EXPECT_THAT(exchange("GET /list HTTP/1.1\r\n\r\n"), EndsWith("\r\n\r\n[]\n"));
}

TEST_F(HttpServerTest, LateAnswerThatIsLongerThanTheSocketHasRoomArrivesWhole) {
    start();
    Client client(path_);
    client.send("POST /drain HTTP/1.1\r\n\r\n");
    ASSERT_TRUE(test::run_until(context_, [&] { return !later_.expired(); }));
    const std::string body(4'000'000, 'x');

    later_.lock()->give({200, body, {}});

    EXPECT_TRUE(test::run_until(context_, [&] { return client.has_ended(); }));
    EXPECT_THAT(client.text(), EndsWith("\r\n\r\n" + body + "\n"));
}

TEST_F(HttpServerTest, WhoLeavesBeforeALateAnswerMakesRoom) {
    start({.connections_max = 1});
    {
        const Client leaves(path_);
        leaves.send("POST /drain HTTP/1.1\r\n\r\n");
        ASSERT_TRUE(test::run_until(context_, [&] { return !later_.expired(); }));
    }

    ASSERT_TRUE(test::run_until(context_, [&] { return later_.expired(); }));

    EXPECT_THAT(exchange("GET /status HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, UnixHttpClientUnderstandsIt) {
    start();
    std::optional<Result<UnixHttpAnswer>> status;
    std::optional<Result<UnixHttpAnswer>> refused;
    std::atomic<bool> is_done = false;
    std::thread client([&] {
        status = ask_unix_socket(path_, "GET", "/status", 10s);
        refused = ask_unix_socket(path_, "POST", "/rotate", 10s);
        is_done = true;
    });

    EXPECT_TRUE(test::run_until(context_, [&] { return is_done.load(); }));
    client.join();

    EXPECT_EQ(status->value().status, 200U);
    EXPECT_EQ(status->value().body, "{\"state\":\"holding\"}\n");
    EXPECT_EQ(refused->value().status, 409U);
}

TEST_F(HttpServerTest, UnixHttpClientTellsWhyThereIsNoAnswer) {
    namespace errc = boost::system::errc;
    EXPECT_EQ(ask_unix_socket(path_, "GET", "/", 10s).error(), errc::no_such_file_or_directory);
    EXPECT_EQ(ask_unix_socket(folder_ / std::string(200, 'x'), "GET", "/", 10s).error(),
              errc::filename_too_long);

    const auto listener = UnixListener::open(path_).value();  // accepts nobody
    EXPECT_EQ(ask_unix_socket(path_, "GET", "/", 20ms).error(), errc::timed_out);
}

}  // namespace conduitd
