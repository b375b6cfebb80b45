#include "io/peer_channel.hpp"

#include "base/ensure.hpp"
#include "io/clock.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace conduitd {
namespace {

constexpr std::size_t head_bytes = 6;
constexpr std::size_t control_bytes = CMSG_SPACE(sizeof(int) * PeerChannel::descriptors_max);

std::string make_head(std::uint8_t kind, std::size_t descriptors, std::size_t bytes) {
    std::string head{static_cast<char>(kind), static_cast<char>(descriptors)};
    for (unsigned shift = 0; shift < 32; shift += 8) head += static_cast<char>(bytes >> shift);
    return head;
}

std::size_t payload_bytes(std::string_view head) {
    std::size_t bytes = 0;
    for (unsigned i = 0; i < 4; ++i) {
        bytes |= std::size_t{static_cast<unsigned char>(head[2 + i])} << (8 * i);
    }
    return bytes;
}

class Channel final : public PeerChannel {
public:
    Channel(asio::io_context& context, Descriptor socket, Events events)
        : context_(context),
          events_(std::move(events)),
          socket_(context.get_executor(), socket.release()) {
        socket_.non_blocking(true);
        wait_to_read();
    }

    void send(std::uint8_t kind, std::string_view payload,
              const std::vector<int>& descriptors) override {
        ensure(descriptors.size() <= descriptors_max && payload.size() <= message_bytes_max,
               "a message to another process is too large");
        if (has_ended_) return;
        Unsent unsent{make_head(kind, descriptors.size(), payload.size()), {}};
        unsent.bytes += payload;
        for (const int fd : descriptors) {
            const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
            if (copy < 0) return end_later("no descriptor is left: " + last_error().message());
            unsent.descriptors.emplace_back(copy);
        }
        unsent_bytes_ += unsent.bytes.size();
        unsent_.push_back(std::move(unsent));
        if (unsent_bytes_ > unsent_bytes_max) return end_later("it does not read");
        if (!is_waiting_to_write_) write();
    }

    void close() override {
        has_ended_ = true;
        ErrorCode ignored;
        socket_.close(ignored);
    }

    bool flush(Duration patience) override {
        const auto give_up_at = monotonic_now() + patience;
        while (!has_ended_ && !unsent_.empty() && monotonic_now() < give_up_at) {
            pollfd entry{socket_.native_handle(), POLLOUT, 0};
            ::poll(&entry, 1, static_cast<int>(to_milliseconds(give_up_at - monotonic_now())));
            write();
        }
        return unsent_.empty();
    }

private:
    struct Unsent {
        std::string bytes;
        std::vector<Descriptor> descriptors;  // go with the first byte
    };

    // The handlers of what is under way come after the destructor too.
    template <class Function>
    auto unless_gone(Function function) {
        return [alive = std::weak_ptr<const bool>(alive_), function](const ErrorCode& error) {
            if (alive.lock() && !error) function();
        };
    }

    void wait_to_read() {
        socket_.async_wait(Socket::wait_read, unless_gone([this] { read(); }));
    }

    void read() {
        std::array<char, 64 * 1024> bytes;
        alignas(cmsghdr) std::array<char, control_bytes> control;
        iovec part{bytes.data(), bytes.size()};
        msghdr header{};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        header.msg_control = control.data();
        header.msg_controllen = control.size();
        const auto got =
            ::recvmsg(socket_.native_handle(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) return wait_to_read();
        if (got < 0) return end(last_error().message());
        if (got == 0) return end("it has closed the connection");
        take_descriptors(header);
        read_.append(bytes.data(), static_cast<std::size_t>(got));
        const std::weak_ptr<const bool> alive = alive_;
        while (alive.lock() && !has_ended_ && take_message()) {
        }
        if (alive.lock() && !has_ended_) wait_to_read();
    }

    void take_descriptors(msghdr& header) {
        for (auto* row = CMSG_FIRSTHDR(&header); row != nullptr; row = CMSG_NXTHDR(&header, row)) {
            if (row->cmsg_level != SOL_SOCKET || row->cmsg_type != SCM_RIGHTS) continue;
            const auto count = (row->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (std::size_t i = 0; i < count; ++i) {
                int fd = -1;
                std::memcpy(&fd, CMSG_DATA(row) + i * sizeof fd, sizeof fd);
                descriptors_.emplace_back(fd);
            }
        }
    }

    // Whether there was one.
    bool take_message() {
        if (read_.size() < head_bytes) return false;
        const auto bytes = payload_bytes(read_);
        const std::size_t descriptors = static_cast<unsigned char>(read_[1]);
        if (bytes > message_bytes_max || descriptors > descriptors_max) {
            end("it says what no message is");
            return false;
        }
        if (read_.size() < head_bytes + bytes) return false;
        if (descriptors_.size() < descriptors) {
            end("a descriptor that it sent did not arrive");
            return false;
        }
        Message message{static_cast<std::uint8_t>(read_[0]), read_.substr(head_bytes, bytes), {}};
        read_.erase(0, head_bytes + bytes);
        for (std::size_t i = 0; i < descriptors; ++i) {
            message.descriptors.push_back(std::move(descriptors_.front()));
            descriptors_.pop_front();
        }
        events_.message(std::move(message));
        return true;
    }

    void write() {
        while (!unsent_.empty()) {
            auto& first = unsent_.front();
            const auto sent = send_some(first);
            if (sent < 0 && errno == EINTR) continue;
            if (sent < 0 && errno != EAGAIN) return end_later(last_error().message());
            if (sent < 0) break;
            unsent_bytes_ -= static_cast<std::size_t>(sent);
            first.descriptors.clear();
            first.bytes.erase(0, static_cast<std::size_t>(sent));
            if (first.bytes.empty()) unsent_.pop_front();
        }
        const bool was_waiting = std::exchange(is_waiting_to_write_, !unsent_.empty());
        if (is_waiting_to_write_ && !was_waiting) {
            socket_.async_wait(Socket::wait_write, unless_gone([this] {
                                   is_waiting_to_write_ = false;
                                   write();
                               }));
        }
    }

    ssize_t send_some(const Unsent& unsent) {
        iovec part{const_cast<char*>(unsent.bytes.data()), unsent.bytes.size()};
        alignas(cmsghdr) std::array<char, control_bytes> control{};
        msghdr header{};
        header.msg_iov = &part;
        header.msg_iovlen = 1;
        if (const auto count = unsent.descriptors.size(); count > 0) {
            header.msg_control = control.data();
            header.msg_controllen = CMSG_SPACE(sizeof(int) * count);
            auto* const row = CMSG_FIRSTHDR(&header);
            row->cmsg_level = SOL_SOCKET;
            row->cmsg_type = SCM_RIGHTS;
            row->cmsg_len = CMSG_LEN(sizeof(int) * count);
            for (std::size_t i = 0; i < count; ++i) {
                const int fd = unsent.descriptors[i].number();
                std::memcpy(CMSG_DATA(row) + i * sizeof fd, &fd, sizeof fd);
            }
        }
        return ::sendmsg(socket_.native_handle(), &header, MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    void end_later(const std::string& why) {
        asio::post(context_, [this, why, alive = std::weak_ptr<const bool>(alive_)] {
            if (alive.lock()) end(why);
        });
    }

    void end(const std::string& why) {
        if (std::exchange(has_ended_, true)) return;
        ErrorCode ignored;
        socket_.close(ignored);
        events_.ended(why);
    }

    using Socket = asio::posix::basic_stream_descriptor<Executor>;

    asio::io_context& context_;
    Events events_;
    Socket socket_;
    std::string read_;
    std::deque<Descriptor> descriptors_;
    std::deque<Unsent> unsent_;
    std::size_t unsent_bytes_ = 0;
    bool is_waiting_to_write_ = false;
    bool has_ended_ = false;
    const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace

std::unique_ptr<PeerChannel> PeerChannel::make(asio::io_context& context, Descriptor socket,
                                               Events events) {
    return std::make_unique<Channel>(context, std::move(socket), std::move(events));
}

}  // namespace conduitd
