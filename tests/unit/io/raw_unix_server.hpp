#pragma once

#include "io/descriptor.hpp"
#include "io/unix_address.hpp"

#include <gtest/gtest.h>

#include <string>
#include <sys/socket.h>
#include <thread>

namespace conduitd::test {

// A socket bound to `path`, the way a process that was killed leaves it.
inline void leave_dead_socket(const std::string& path) {
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    const auto address = UnixAddress::make(path).value();
    ASSERT_EQ(::bind(socket.number(), address.data(), address.size()), 0);
}

// Sends `answer` to the first that connects, whatever it asks, and closes.
class RawUnixServer {
public:
    RawUnixServer(const std::string& path, std::string answer)
        : path_(path), listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        const auto address = UnixAddress::make(path).value();
        EXPECT_EQ(::bind(listener_.number(), address.data(), address.size()), 0);
        EXPECT_EQ(::listen(listener_.number(), 1), 0);
        thread_ = std::thread([this, answer = std::move(answer)] {
            const Descriptor peer(::accept(listener_.number(), nullptr, nullptr));
            char request[4096];
            [[maybe_unused]] const auto got = ::recv(peer.number(), request, sizeof request, 0);
            [[maybe_unused]] const auto sent =
                ::send(peer.number(), answer.data(), answer.size(), MSG_NOSIGNAL);
        });
    }
    ~RawUnixServer() {
        ::shutdown(listener_.number(), SHUT_RDWR);  // an accept that waits, if any
        thread_.join();
        ::unlink(path_.c_str());
    }
    RawUnixServer(const RawUnixServer&) = delete;
    RawUnixServer& operator=(const RawUnixServer&) = delete;

private:
    std::string path_;
    Descriptor listener_;
    std::thread thread_;
};

}  // namespace conduitd::test
