#pragma once

#include "io/descriptor.hpp"
#include "io/unix_address.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace conduitd::test {

// A client that sends what it likes and never waits; the test turns the server's loop.
class HttpTestClient {
public:
    explicit HttpTestClient(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        const auto address = UnixAddress::make(path).value();
        EXPECT_EQ(::connect(socket_.number(), address.data(), address.size()), 0);
        ::fcntl(socket_.number(), F_SETFL, O_NONBLOCK);
    }

    // At a port of 127.0.0.1.
    explicit HttpTestClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const auto* const where = reinterpret_cast<const sockaddr*>(&address);
        EXPECT_EQ(::connect(socket_.number(), where, sizeof address), 0);
        ::fcntl(socket_.number(), F_SETFL, O_NONBLOCK);
    }

    void send(std::string_view bytes) const {
        [[maybe_unused]] const auto sent =
            ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }

    // Takes what is there; true once the server has closed.
    bool has_ended() {
        char block[4096];
        for (;;) {
            const auto got = ::recv(socket_.number(), block, sizeof block, 0);
            if (got <= 0) return got == 0 || errno != EAGAIN;
            text_.append(block, static_cast<std::size_t>(got));
        }
    }

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    Descriptor socket_;
    std::string text_;
};

}  // namespace conduitd::test
