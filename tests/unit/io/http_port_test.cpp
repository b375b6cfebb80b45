// The HTTP server at a TCP port.

#include "http_test_client.hpp"
#include "io/http_server.hpp"
#include "loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

using PortClient = test::HttpTestClient;

class HttpPortTest : public ::testing::Test {
protected:
    Result<std::unique_ptr<HttpServer>> listen(std::uint16_t port = 0,
                                               HttpServerLimits limits = {}) {
        return HttpServer::listen(context_, {asio::ip::address_v4::loopback(), port},
                                  HostRule({"worker-1"}),
                                  {{"GET", "/livez",
                                    [this](const ServedRequest& request) {
                                        has_peer_ = request.peer.has_value();
                                        return ServedAnswer{.body = "{}"};
                                    }}},
                                  limits);
    }

    void start(HttpServerLimits limits = {}) { server_ = listen(0, limits).value(); }

    [[nodiscard]] std::uint16_t port() const {
        const auto place = server_->place();
        return static_cast<std::uint16_t>(std::stoul(place.substr(place.rfind(':') + 1)));
    }

    std::string exchange(std::string_view bytes) {
        PortClient client(port());
        client.send(bytes);
        EXPECT_TRUE(test::run_until(context_, [&] { return client.has_ended(); }));
        return client.text();
    }

    asio::io_context context_;
    std::unique_ptr<HttpServer> server_;
    bool has_peer_ = true;
};

TEST_F(HttpPortTest, RequestIsAnsweredWithoutAWordOnWhoAsks) {
    start();

    const auto text = exchange("GET /livez HTTP/1.1\r\nHost: 127.0.0.1:9090\r\n\r\n");

    EXPECT_THAT(server_->place(), StartsWith("127.0.0.1:"));
    EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(text, EndsWith("\r\n\r\n{}\n"));
    EXPECT_FALSE(has_peer_);
}

TEST_F(HttpPortTest, NameThatNobodyAllowedIsRefused) {
    start();

    EXPECT_THAT(exchange("GET /livez HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
                ::testing::AllOf(StartsWith("HTTP/1.1 421 "), HasSubstr("http.hosts")));
    EXPECT_THAT(exchange("GET /livez HTTP/1.1\r\nHost: worker-1:80\r\n\r\n"),
                StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(exchange("GET /livez HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpPortTest, SlowClientIsCut) {
    start({.connection_time_max = 30ms});
    PortClient slow(port());
    slow.send("GET /liv");

    EXPECT_TRUE(test::run_until(context_, [&] { return slow.has_ended(); }));

    EXPECT_EQ(slow.text(), "");
}

TEST_F(HttpPortTest, PortThatIsTakenIsAnError) {
    start();

    EXPECT_EQ(listen(port()).error(), boost::system::errc::address_in_use);
}

TEST_F(HttpPortTest, EndsWithConnectionsOpen) {
    start();
    PortClient open(port());
    open.send("GET /liv");
    test::run_for(context_, 5ms);

    server_.reset();
    context_.poll();

    EXPECT_TRUE(open.has_ended());
}

}  // namespace
}  // namespace conduitd
