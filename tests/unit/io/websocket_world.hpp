#pragma once

#include "io/websocket.hpp"
#include "loop.hpp"
#include "raw_server.hpp"
#include "websocket_peer.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conduitd::test {

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
inline std::function<void(RawPeer&)> upgraded(std::function<void(RawPeer&)> script) {
    return [script = std::move(script)](RawPeer& peer) {
        peer.send(accept_upgrade(peer.read_to("\r\n\r\n")));
        script(peer);
    };
}

inline std::string numbered(int i) {
    return "{\"n\":" + std::to_string(i) + "}";
}

inline std::string numbered_frames(int from, int to) {
    std::string out;
    for (int i = from; i < to; ++i) out += frame(Opcode::text, numbered(i));
    return out;
}

class WebSocketWorld : public ::testing::Test {
protected:
    void start(const Url& url, std::shared_ptr<TlsClient> tls = nullptr) {
        socket_ = WebSocket::make(context_, std::move(tls), options_, recorder_);
        socket_->start(url);
    }
    bool opens() {
        return run_until(context_, [this] { return recorder_.is_open; });
    }
    bool ends() {
        return run_until(context_, [this] { return !recorder_.ends.empty(); });
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

}  // namespace conduitd::test
