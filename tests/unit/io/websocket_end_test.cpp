#include "websocket_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace conduitd {
namespace {

using test::close_frame;
using test::frame;
using test::numbered;
using test::numbered_frames;
using test::Opcode;
using test::RawPeer;
using test::RawServer;
using test::upgraded;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class WebSocketEndTest : public test::WebSocketWorld {};

TEST_F(WebSocketEndTest, DataAfterOurCloseFrameIsDelivered) {
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

TEST_F(WebSocketEndTest, CloseThatIsNotAnsweredEndsInTime) {
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

TEST_F(WebSocketEndTest, RefusedUpgradeTellsTheStatus) {
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

TEST_F(WebSocketEndTest, ServerThatDoesNotAnswerIsATimeoutOfOurs) {
    options_.dial_timeout = std::chrono::milliseconds(50);
    const RawServer server([](RawPeer& peer) { peer.read_to_end(); });

    start(server.url("ws", "/"));

    ASSERT_TRUE(ends());
    EXPECT_EQ(end().error, boost::system::errc::timed_out);
    EXPECT_EQ(end().what, "no answer within 0.05 s");
}

TEST_F(WebSocketEndTest, EndWithoutACloseFrameAndResetAreToldApart) {
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

TEST_F(WebSocketEndTest, AbortReportsItsEndOnceAndNotFromInside) {
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

TEST_F(WebSocketEndTest, CloseDuringTheDialEndsIt) {
    const RawServer server([](RawPeer& peer) { peer.read_to_end(); });

    start(server.url("ws", "/"));
    test::run_for(context_, std::chrono::milliseconds(20));
    socket_->close(1000);
    EXPECT_TRUE(recorder_.ends.empty());

    ASSERT_TRUE(ends());
    EXPECT_EQ(end().error, boost::system::errc::operation_canceled);
}

TEST_F(WebSocketEndTest, HandlerMayDestroyIt) {
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

}  // namespace
}  // namespace conduitd
