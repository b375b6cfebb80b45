#include "io/consumer_connection.hpp"

#include "io/descriptor.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <utility>

namespace conduitd {
namespace {

// What one turn of the loop may take from, and give to, one consumer.
constexpr int reads_max = 16;
constexpr std::size_t read_bytes = 4096;
constexpr int writes_max = 4;

}  // namespace

ConsumerConnection::ConsumerConnection(Owner& owner, ConnectionKey key, UnixSocket socket)
    : owner_(&owner),
      key_(key),
      socket_(std::move(socket)),
      look_timer_(socket_.get_executor()),
      end_timer_(socket_.get_executor()) {}

void ConsumerConnection::start() {
    wait_for_input();
}

void ConsumerConnection::wait_for_input() {
    socket_.async_wait(UnixSocket::wait_read, [self = shared_from_this()](const ErrorCode& error) {
        if (error || self->state_ == State::closed) return;
        const auto input = self->receive();
        if (input == Input::is_open) {
            self->wait_for_input();
        } else {
            self->on_input_end(input);
        }
        self->write();  // an ack makes room
        if (self->owner_ != nullptr) self->owner_->on_pause(self->key_);
    });
}

void ConsumerConnection::take_input() {
    if (state_ == State::closed || has_input_ended_) return;
    (void)receive();  // the wait for input meets its end again
}

ConsumerConnection::Input ConsumerConnection::receive() {
    std::array<char, read_bytes> buffer;
    for (int i = 0; i < reads_max; ++i) {
        const auto got =
            ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got == 0) return Input::has_ended;
        if (got > 0) {
            split({buffer.data(), static_cast<std::size_t>(got)});
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            is_reset_ = true;
            return Input::has_failed;
        }
    }
    return Input::is_open;
}

void ConsumerConnection::split(std::string_view bytes) {
    while (!bytes.empty() && (state_ == State::open || state_ == State::broken)) {
        const auto end = bytes.find('\n');
        line_ += bytes.substr(0, end);
        const bool is_whole = end != std::string_view::npos;
        bytes.remove_prefix(is_whole ? end + 1 : bytes.size());
        // One that is too long is refused before its end has come.
        if (!is_whole && line_.size() <= consumer_line_bytes_max) return;
        owner_->on_line(key_, std::exchange(line_, {}));
    }
}

void ConsumerConnection::on_input_end(Input how) {
    has_input_ended_ = true;
    const bool is_listened_to = state_ == State::open || state_ == State::broken;
    if (is_listened_to && !line_.empty()) owner_->on_line(key_, std::exchange(line_, {}));
    if (how == Input::has_failed || state_ == State::lingering || is_peer_gone()) return close();
    if (is_listened_to) owner_->on_input_end(key_);
    wait_for_hang_up();
}

// It has closed one side: it may read on, and goes when it closes the other.
void ConsumerConnection::wait_for_hang_up() {
    socket_.async_wait(UnixSocket::wait_error, [self = shared_from_this()](const ErrorCode& error) {
        if (error || self->state_ == State::closed) return;
        self->close();
    });
}

bool ConsumerConnection::is_peer_gone() {
    pollfd poll{socket_.native_handle(), 0, 0};  // POLLHUP is always told
    return ::poll(&poll, 1, 0) > 0 && (poll.revents & POLLHUP) != 0;
}

// A peer that goes and leaves something unread resets the connection.
bool ConsumerConnection::has_read_all() {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size);
    return has_input_ended_ && is_peer_gone() && !is_reset_ && error == 0;
}

void ConsumerConnection::wake() {
    write();
}

void ConsumerConnection::write() {
    if (is_waiting_for_room_ || is_write_posted_) return;
    for (int i = 0; state_ == State::open || state_ == State::finishing; ++i) {
        if (output_sent_ == output_.size()) {
            output_sent_ = 0;
            output_ = owner_->next_lines(key_, std::move(output_));
            if (output_.empty()) break;
        }
        if (i == writes_max) {
            is_write_posted_ = true;
            asio::post(socket_.get_executor(), [self = shared_from_this()] {
                self->is_write_posted_ = false;
                self->write();
                if (self->owner_ != nullptr) self->owner_->on_pause(self->key_);
            });
            return;
        }
        if (!send_some()) return;
    }
    if (state_ != State::finishing) return;
    // All is written. Closed at once, with something unread in it, the socket would be reset.
    ErrorCode ignored;
    socket_.shutdown(UnixSocket::shutdown_send, ignored);
    state_ = State::lingering;
    has_input_ended_ ? close() : limit_time();
}

// False when the rest has to wait, or has failed.
bool ConsumerConnection::send_some() {
    const auto sent = ::send(socket_.native_handle(), output_.data() + output_sent_,
                             output_.size() - output_sent_, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) return true;
    if (sent < 0 && errno != EAGAIN) {
        on_write_error(last_error());
        return false;
    }
    output_sent_ += static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    sent_ += static_cast<std::uint64_t>(std::max<ssize_t>(sent, 0));
    look();
    if (output_sent_ == output_.size()) return true;
    wait_for_room();
    return false;
}

void ConsumerConnection::wait_for_room() {
    is_waiting_for_room_ = true;
    socket_.async_wait(UnixSocket::wait_write, [self = shared_from_this()](const ErrorCode& error) {
        self->is_waiting_for_room_ = false;
        if (error || self->state_ == State::closed) return;
        self->write();
        if (self->owner_ != nullptr) self->owner_->on_pause(self->key_);
    });
}

// The peer's last acks may still lie here, or come.
void ConsumerConnection::on_write_error(ErrorCode error) {
    if (error == boost::system::errc::connection_reset) is_reset_ = true;
    if (state_ == State::finishing || has_input_ended_) return close();
    state_ = State::broken;
    limit_time();
}

void ConsumerConnection::count_reads() {
    counts_reads_ = true;
}

// What the kernel says of a socket's send queue counts its overhead too, and nothing that the peer
// has read whole: never less than what is unread. But a peer that closes throws away what it has
// not read; it is seen to be gone before that.
void ConsumerConnection::look() {
    if (!counts_reads_ || state_ == State::closed) return;
    int unread = 0;
    if (::ioctl(socket_.native_handle(), SIOCOUTQ, &unread) != 0 || is_peer_gone()) return;
    const auto read = sent_ - std::min(sent_, static_cast<std::uint64_t>(std::max(unread, 0)));
    if (read > read_) owner_->on_read(key_, read_ = read);
    if (read_ < sent_) look_later();
}

void ConsumerConnection::look_later() {
    if (std::exchange(is_looking_, true)) return;
    look_timer_.expires_after(look_interval);
    look_timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
        self->is_looking_ = false;
        if (error || self->state_ == State::closed) return;
        self->look();
        self->write();  // what is read makes room
        if (self->owner_ != nullptr) self->owner_->on_pause(self->key_);
    });
}

void ConsumerConnection::finish() {
    if (state_ == State::broken) return close();
    if (state_ != State::open) return;
    state_ = State::finishing;
    line_.clear();
    limit_time();
    write();
}

void ConsumerConnection::limit_time() {
    end_timer_.expires_after(end_time_max);
    end_timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
        if (!error) self->close();
    });
}

void ConsumerConnection::close() {
    if (state_ == State::closed) return;
    const bool was_finished = state_ != State::open && state_ != State::broken;
    if (counts_reads_ && !was_finished && sent_ > read_ && has_read_all()) {
        owner_->on_read(key_, read_ = sent_);
    }
    state_ = State::closed;
    look_timer_.cancel();
    end_timer_.cancel();
    ErrorCode ignored;
    socket_.close(ignored);
    asio::post(look_timer_.get_executor(), [self = shared_from_this()] {
        if (self->owner_ != nullptr) std::exchange(self->owner_, nullptr)->on_gone(self->key_);
    });
}

void ConsumerConnection::cut() {
    owner_ = nullptr;
    if (state_ == State::closed) return;
    const auto begun = output_sent_ > 0 && output_[output_sent_ - 1] != '\n';
    if (begun) {
        const auto end = output_.find('\n', output_sent_);
        (void)::send(socket_.native_handle(), output_.data() + output_sent_, end + 1 - output_sent_,
                     MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    state_ = State::closed;
    look_timer_.cancel();
    end_timer_.cancel();
    ErrorCode ignored;
    socket_.close(ignored);
}

}  // namespace conduitd
