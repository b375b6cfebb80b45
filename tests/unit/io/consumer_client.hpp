#pragma once

#include "io/descriptor.hpp"
#include "io/unix_address.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <vector>

namespace conduitd::test {

// A consumer's end of a Unix socket. It reads when it is told to, and never waits.
class ConsumerClient {
public:
    explicit ConsumerClient(const std::string& path)
        : socket_(std::make_unique<Descriptor>(
              ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))) {
        const auto address = UnixAddress::parse(path).value();
        is_connected_ = ::connect(socket_->number(), address.data(), address.size()) == 0;
    }
    explicit ConsumerClient(int fd) : socket_(std::make_unique<Descriptor>(fd)) {
        is_connected_ = fd >= 0;
    }

    [[nodiscard]] bool is_connected() const { return is_connected_; }

    void say(std::string line) {
        line += '\n';
        say_bytes(line);
    }
    // False when the socket did not take all of them.
    bool say_bytes(std::string_view bytes) {
        const auto sent =
            ::send(socket_->number(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        return sent == static_cast<ssize_t>(bytes.size());
    }
    void ack(std::uint64_t sequence) { say("{\"ack\":" + std::to_string(sequence) + "}"); }
    void close_input() { ::shutdown(socket_->number(), SHUT_WR); }
    void leave() { socket_.reset(); }

    // Takes what has come.
    void read() {
        std::array<char, 16384> buffer;
        while (true) {
            const auto got = ::recv(socket_->number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (got == 0) has_ended_ = !was_reset_;
            if (got < 0 && errno == ECONNRESET) was_reset_ = true;
            if (got <= 0) return;
            split({buffer.data(), static_cast<std::size_t>(got)});
        }
    }

    // Something has come that was not taken yet.
    [[nodiscard]] bool has_input() const {
        char byte = 0;
        return ::recv(socket_->number(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) > 0;
    }

    // Up to here they are whole, and without their line breaks.
    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
    [[nodiscard]] const std::string& torn_line() const { return torn_line_; }
    // The peer has closed the connection, and not reset it.
    [[nodiscard]] bool has_ended() const { return has_ended_; }
    // The peer's last word, when it ended the connection in good order.
    [[nodiscard]] std::string last_line() const { return lines_.empty() ? "" : lines_.back(); }

    // The `seq` of each line that has one.
    [[nodiscard]] const std::vector<std::uint64_t>& sequences() const { return sequences_; }

private:
    void split(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto end = bytes.find('\n');
            torn_line_ += bytes.substr(0, end);
            if (end == std::string_view::npos) return;
            bytes.remove_prefix(end + 1);
            constexpr std::string_view head = R"({"seq":)";
            if (torn_line_.starts_with(head)) {
                sequences_.push_back(std::strtoull(torn_line_.c_str() + head.size(), nullptr, 10));
            }
            lines_.push_back(std::exchange(torn_line_, {}));
        }
    }

    std::unique_ptr<Descriptor> socket_;
    bool is_connected_ = false;
    bool has_ended_ = false;
    bool was_reset_ = false;
    std::string torn_line_;
    std::vector<std::string> lines_;
    std::vector<std::uint64_t> sequences_;
};

}  // namespace conduitd::test
