#include "io/websocket.hpp"

#include "io/files.hpp"
#include "io/tls.hpp"
#include "loop.hpp"
#include "raw_server.hpp"
#include "socket_options.hpp"
#include "temporary_folder.hpp"
#include "tls_peer.hpp"
#include "websocket_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <vector>

namespace conduitd {
namespace {

using test::close_frame;
using test::frame;
using test::Opcode;
using test::RawPeer;
using test::RawServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Recorder : public WebSocketHandler {
public:
    void on_open() override {
        is_open = true;
        if (at_open) at_open();
    }
    void on_frame(std::string_view text) override {
        frames.emplace_back(text);
        if (at_frame) at_frame();
    }
    void on_binary(std::size_t) override { ++binary; }
    void on_end(const WebSocketEnd& end) override {
        ends.push_back(end);
        if (at_end) at_end();
    }

    bool is_open = false;
    int binary = 0;
    std::vector<std::string> frames;
    std::vector<WebSocketEnd> ends;
    std::function<void()> at_open;
    std::function<void()> at_frame;
    std::function<void()> at_end;
};

// A script that accepts the upgrade first.
std::function<void(RawPeer&)> upgraded(std::function<void(RawPeer&)> script) {
    return [script = std::move(script)](RawPeer& peer) {
        peer.send(test::accept_upgrade(peer.read_to("\r\n\r\n")));
        script(peer);
    };
}

std::string numbered(int i) {
    return "{\"n\":" + std::to_string(i) + "}";
}

std::string numbered_frames(int from, int to) {
    std::string out;
    for (int i = from; i < to; ++i) out += frame(Opcode::text, numbered(i));
    return out;
}

class WebSocketTest : public ::testing::Test {
protected:
    void start(const Url& url, std::shared_ptr<TlsClient> tls = nullptr) {
        socket_ = WebSocket::make(context_, std::move(tls), options_, recorder_);
        socket_->start(url);
    }
    bool opens() {
        return test::run_until(context_, [this] { return recorder_.is_open; });
    }
    bool ends() {
        return test::run_until(context_, [this] { return !recorder_.ends.empty(); });
    }
    const WebSocketEnd& end() const { return recorder_.ends.front(); }
    void expect_frames(int from, int to) {
        ASSERT_EQ(recorder_.frames.size(), static_cast<std::size_t>(to - from));
        for (int i = from; i < to; ++i) {
            ASSERT_EQ(recorder_.frames[static_cast<std::size_t>(i - from)], numbered(i));
        }
    }

    asio::io_context context_;
    WebSocketOptions options_;
    Recorder recorder_;
    std::unique_ptr<WebSocket> socket_;
};

}  // namespace

TEST_F(WebSocketTest, UpgradeAsksForTheTargetByteForByte) {
    std::string request;
    RawServer server([&](RawPeer& peer) {
        request = peer.read_to("\r\n\r\n");
        peer.send(test::accept_upgrade(request) + close_frame(1000, ""));
        peer.read_to_end();
    });

    start(server.url("ws", "/ws?challenge=a%2Bb%7E'&id=x=="));

    ASSERT_TRUE(ends());
    server.join();
    EXPECT_TRUE(recorder_.is_open);
    EXPECT_THAT(request, StartsWith("GET /ws?challenge=a%2Bb%7E'&id=x== HTTP/1.1\r\n"));
    EXPECT_THAT(request,
                HasSubstr("Host: 127.0.0.1:" + std::to_string(server.endpoint().port()) + "\r\n"));
    EXPECT_THAT(request, HasSubstr("User-Agent: conduitd/"));
    EXPECT_THAT(request, Not(HasSubstr("Sec-WebSocket-Extensions")));
}

TEST_F(WebSocketTest, SystemIsToldToGiveUpAPeerThatIsGone) {
    RawServer server(upgraded([&](RawPeer& peer) { peer.read_to_end(); }));
    options_.patience = {.unacknowledged_max = std::chrono::milliseconds(20'500),
                         .probe_after = std::chrono::milliseconds(10'500),
                         .probe_interval = std::chrono::seconds(5),
                         .probes_max = 2};

    start(server.url("ws", "/"));

    ASSERT_TRUE(opens());
    const int fd = test::socket_connected_to(server.endpoint().port());
    EXPECT_EQ(test::socket_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 20'500);
    EXPECT_EQ(test::socket_option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(test::socket_option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 11);
    EXPECT_EQ(test::socket_option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 5);
    EXPECT_EQ(test::socket_option(fd, IPPROTO_TCP, TCP_KEEPCNT), 2);
    socket_.reset();
}

TEST_F(WebSocketTest, FramesArriveInOrderAndTheClosingIsReported) {
    std::string answer;
    RawServer server(upgraded([&](RawPeer& peer) {
        peer.send(numbered_frames(0, 20'000) + close_frame(4003, "connection unused"));
        answer = peer.read_to_end();
    }));

    start(server.url("ws", "/"));

    ASSERT_TRUE(ends());
    expect_frames(0, 20'000);
    EXPECT_EQ(end().close_code, 4003);
    EXPECT_EQ(end().close_reason, "connection unused");
    EXPECT_FALSE(end().error);
    server.join();
    EXPECT_EQ(test::unmask(answer), std::string("\x88\x0f\xa3", 3));
}

TEST_F(WebSocketTest, LargeFramesAndBinaryMessages) {
    const std::string large(options_.frame_bytes_max, 'x');
    const RawServer server(upgraded([&](RawPeer& peer) {
        peer.send(frame(Opcode::text, large) + frame(Opcode::binary, "skipped") +
                  frame(Opcode::text, "") + frame(Opcode::text, "last") + close_frame(1000, ""));
        peer.read_to_end();
    }));

    start(server.url("ws", "/"));

    ASSERT_TRUE(ends());
    EXPECT_THAT(recorder_.frames, ElementsAre(large, "", "last"));
}

TEST_F(WebSocketTest, MessageLargerThanTheBoundEndsItAfterWhatCameBefore) {
    options_.frame_bytes_max = 1000;
    const RawServer server(upgraded([](RawPeer& peer) {
        peer.send(numbered_frames(0, 3) + frame(Opcode::text, std::string(1001, 'x')) +
                  numbered_frames(3, 4));
        peer.read_to_end();
    }));

    start(server.url("ws", "/"));

    ASSERT_TRUE(ends());
    expect_frames(0, 3);
    EXPECT_EQ(end().what, "message larger than 1000 bytes");
    EXPECT_TRUE(end().error);
    EXPECT_FALSE(end().close_code);
}

TEST_F(WebSocketTest, PingIsAnsweredWithItsPayload) {
    std::string pong;
    RawServer server(upgraded([&](RawPeer& peer) {
        peer.send(frame(Opcode::ping, "beat"));
        pong = test::unmask(peer.read(10));
        peer.send(close_frame(1000, ""));
        peer.read_to_end();
    }));

    start(server.url("ws", "/"));

    ASSERT_TRUE(ends());
    server.join();
    EXPECT_EQ(pong,
              "\x8a"
              "beat");
}

TEST_F(WebSocketTest, DataAfterOurCloseFrameIsDelivered) {
    options_.close_timeout = std::chrono::seconds(10);
    std::string ours;
    std::string after_ours;
    RawServer server(upgraded([&](RawPeer& peer) {
        peer.send(numbered_frames(0, 10));
        ours = test::unmask(peer.read(test::close_frame_bytes));
        peer.send(numbered_frames(10, 5'000) + frame(Opcode::ping, "x"));
        peer.send(numbered_frames(5'000, 10'000) + close_frame(1000, "bye"));
        after_ours = peer.read_to_end();
    }));
    recorder_.at_frame = [this] {
        if (recorder_.frames.size() == 10) socket_->close(1000);
    };

    start(server.url("ws", "/"));

    ASSERT_TRUE(ends());
    expect_frames(0, 10'000);
    EXPECT_EQ(end().close_code, 1000);
    EXPECT_EQ(end().close_reason, "bye");
    server.join();
    EXPECT_EQ(ours, std::string("\x88\x03\xe8", 3));
    EXPECT_EQ(after_ours, "") << "nothing may follow our close frame";
}

TEST_F(WebSocketTest, CloseThatIsNotAnsweredEndsInTime) {
    options_.close_timeout = std::chrono::milliseconds(50);
    const RawServer server(upgraded([](RawPeer& peer) {
        peer.send(numbered_frames(0, 3));
        peer.read_to_end();
    }));
    recorder_.at_frame = [this] { socket_->close(1000); };

    start(server.url("ws", "/"));

    ASSERT_TRUE(ends());
    expect_frames(0, 3);
    EXPECT_EQ(end().error, boost::system::errc::timed_out);
    EXPECT_EQ(end().what, "our close frame was not answered in time");
    EXPECT_FALSE(end().close_code);
}

TEST_F(WebSocketTest, RefusedUpgradeTellsTheStatus) {
    const RawServer server([](RawPeer& peer) {
        peer.read_to("\r\n\r\n");
        peer.send("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{}");
        peer.read_to_end();
    });

    start(server.url("ws", "/"));

    ASSERT_TRUE(ends());
    EXPECT_EQ(end().http_status, 429U);
    EXPECT_EQ(end().what, "upgrade refused with HTTP status 429");
    EXPECT_FALSE(recorder_.is_open);
}

TEST_F(WebSocketTest, ServerThatDoesNotAnswerIsATimeoutOfOurs) {
    options_.dial_timeout = std::chrono::milliseconds(50);
    const RawServer server([](RawPeer& peer) { peer.read_to_end(); });

    start(server.url("ws", "/"));

    ASSERT_TRUE(ends());
    EXPECT_EQ(end().error, boost::system::errc::timed_out);
    EXPECT_EQ(end().what, "no answer within 0.05 s");
}

TEST_F(WebSocketTest, EndWithoutACloseFrameAndResetAreToldApart) {
    {
        const RawServer server(upgraded([](RawPeer& peer) { peer.send(numbered_frames(0, 2)); }));
        start(server.url("ws", "/"));
        ASSERT_TRUE(ends());
        expect_frames(0, 2);
        EXPECT_FALSE(end().close_code);
        EXPECT_EQ(end().what, "the peer ended the connection without a close frame");
    }
    recorder_.ends.clear();
    {
        const RawServer server(upgraded([](RawPeer& peer) { peer.reset(); }));
        start(server.url("ws", "/"));
        ASSERT_TRUE(ends());
        EXPECT_EQ(end().error, boost::system::errc::connection_reset);
    }
}

TEST_F(WebSocketTest, AbortReportsItsEndOnceAndNotFromInside) {
    const RawServer server(upgraded([](RawPeer& peer) {
        peer.send(numbered_frames(0, 100));
        peer.read_to_end();
    }));
    recorder_.at_frame = [this] {
        socket_->abort();
        EXPECT_TRUE(recorder_.ends.empty());
    };

    start(server.url("ws", "/"));

    ASSERT_TRUE(ends());
    test::run_for(context_, std::chrono::milliseconds(20));
    expect_frames(0, 1);
    EXPECT_EQ(recorder_.ends.size(), 1U);
    EXPECT_EQ(end().error, boost::system::errc::operation_canceled);
}

TEST_F(WebSocketTest, CloseDuringTheDialEndsIt) {
    const RawServer server([](RawPeer& peer) { peer.read_to_end(); });

    start(server.url("ws", "/"));
    test::run_for(context_, std::chrono::milliseconds(20));
    socket_->close(1000);
    EXPECT_TRUE(recorder_.ends.empty());

    ASSERT_TRUE(ends());
    EXPECT_EQ(end().error, boost::system::errc::operation_canceled);
}

TEST_F(WebSocketTest, HandlerMayDestroyIt) {
    int destroyed = 0;
    const auto destroy = [&] {
        socket_.reset();
        ++destroyed;
    };
    for (auto* const moment : {&recorder_.at_open, &recorder_.at_frame, &recorder_.at_end}) {
        const RawServer server(upgraded([](RawPeer& peer) {
            peer.send(numbered_frames(0, 100) + close_frame(1000, ""));
            peer.read_to_end();
        }));
        recorder_.frames.clear();
        recorder_.at_open = recorder_.at_frame = recorder_.at_end = nullptr;
        *moment = destroy;
        const int before = destroyed;

        start(server.url("ws", "/"));

        ASSERT_TRUE(test::run_until(context_, [&] { return destroyed > before; }));
        test::run_for(context_, std::chrono::milliseconds(20));
        EXPECT_EQ(destroyed, before + 1);
    }
}

TEST_F(WebSocketTest, FramesArriveThroughTlsAndAfterOurCloseFrameToo) {
    options_.close_timeout = std::chrono::seconds(10);
    const auto certificate = test::make_certificate("DNS:localhost");
    const test::TemporaryFolder folder;
    ASSERT_FALSE(replace_file(folder / "ca.pem", certificate.certificate));
    std::string reason;
    const RawServer server(test::with_tls(certificate, [](test::TlsPeer& peer) {
        peer.send(test::accept_upgrade(peer.read_to("\r\n\r\n")));
        // A record for each frame, as Twitch sends them, and many frames in one record.
        for (int i = 0; i < 5'000; ++i) peer.send(numbered_frames(i, i + 1));
        peer.send(numbered_frames(5'000, 10'000));
        peer.send(close_frame(1000, ""));
        peer.read_to_end();
    }));
    recorder_.at_frame = [this] {
        if (recorder_.frames.size() == 100) socket_->close(1000);
    };

    start(server.url("wss", "/", "localhost"), TlsClient::make(folder / "ca.pem", reason).value());

    ASSERT_TRUE(ends());
    expect_frames(0, 10'000);
    EXPECT_EQ(end().close_code, 1000);
}

TEST_F(WebSocketTest, BusySocketLeavesTheOthersTheirTurn) {
    std::atomic<bool> is_over = false;
    const RawServer busy(upgraded([&](RawPeer& peer) {
        while (!is_over) peer.send(numbered_frames(0, 1'000));
    }));
    const RawServer quiet(upgraded([&](RawPeer& peer) {
        peer.send(numbered_frames(0, 1) + close_frame(1000, ""));
        peer.read_to_end();
    }));
    Recorder of_the_busy;
    const auto busy_socket = WebSocket::make(context_, nullptr, options_, of_the_busy);
    busy_socket->start(busy.url("ws", "/"));
    ASSERT_TRUE(test::run_until(context_, [&] { return of_the_busy.frames.size() > 1'000; }));

    start(quiet.url("ws", "/"));

    EXPECT_TRUE(ends());
    expect_frames(0, 1);
    is_over = true;
    busy_socket->abort();
}

}  // namespace conduitd
