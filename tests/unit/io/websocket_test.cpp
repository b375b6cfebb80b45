#include "io/websocket.hpp"

#include "io/files.hpp"
#include "io/tls.hpp"
#include "socket_options.hpp"
#include "temporary_folder.hpp"
#include "tls_peer.hpp"
#include "websocket_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <vector>

namespace conduitd {
namespace {

using test::close_frame;
using test::frame;
using test::numbered;
using test::numbered_frames;
using test::Opcode;
using test::RawPeer;
using test::RawServer;
using test::Recorder;
using test::upgraded;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class WebSocketTest : public test::WebSocketWorld {};

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

}  // namespace
}  // namespace conduitd
