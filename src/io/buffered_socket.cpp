#include "io/buffered_socket.hpp"

#include "base/ensure.hpp"
#include "io/dial.hpp"
#include "io/error.hpp"
#include "io/tls_context.hpp"
#include "io/tls_socket.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace conduitd {
namespace {

constexpr std::size_t input_bytes_max = 128 * 1024;

template <int level, int name>
void set(TcpSocket& socket, std::int64_t value) {
    ErrorCode ignored;
    using Option = asio::detail::socket_option::integer<level, name>;
    socket.set_option(Option(static_cast<int>(value)), ignored);
}

std::int64_t whole_seconds(Duration duration) {
    return std::chrono::ceil<std::chrono::seconds>(duration).count();
}

// All of them are wishes: a socket without them works.
void set_options(TcpSocket& socket, const TcpPatience& patience) {
    set<IPPROTO_TCP, TCP_NODELAY>(socket, 1);
    set<IPPROTO_TCP, TCP_USER_TIMEOUT>(socket, to_milliseconds(patience.unacknowledged_max));
    set<SOL_SOCKET, SO_KEEPALIVE>(socket, 1);
    set<IPPROTO_TCP, TCP_KEEPIDLE>(socket, whole_seconds(patience.probe_after));
    set<IPPROTO_TCP, TCP_KEEPINTVL>(socket, whole_seconds(patience.probe_interval));
    set<IPPROTO_TCP, TCP_KEEPCNT>(socket, patience.probes_max);
}

}  // namespace

BufferedSocket::BufferedSocket(Executor executor) : executor_(executor) {}

BufferedSocket::~BufferedSocket() = default;

void BufferedSocket::open(const Url& url, std::shared_ptr<TlsClient> tls,
                          const TcpPatience& patience, Opened opened) {
    ensure(!url.is_tls() || tls != nullptr, "a TLS socket has TLS settings");
    url_ = url;
    tls_ = std::move(tls);
    opened_ = std::move(opened);
    dial_ = Dial::start(executor_, url_.host, url_.port,
                        [self = shared_from_this(), patience](ErrorCode error, TcpSocket socket) {
                            self->on_connected(error, std::move(socket), patience);
                        });
}

void BufferedSocket::on_connected(ErrorCode error, TcpSocket socket, const TcpPatience& patience) {
    dial_.reset();
    if (error) {
        return finish_open(error,
                           fmt::format("cannot reach {}: {}", url_.origin(), error.message()));
    }
    set_options(socket, patience);
    input_ = std::make_unique_for_overwrite<std::byte[]>(input_bytes_max);
    if (!url_.is_tls()) {
        plain_.emplace(std::move(socket));
        return finish_open({}, {});
    }
    auto& context = static_cast<TlsContext&>(*tls_).context;
    encrypted_ = std::make_unique<TlsSocket>(std::move(socket), context);
    shake_hands();
}

void BufferedSocket::shake_hands() {
    if (!encrypted_->expect_host(url_.host)) {
        return finish_open(make_error_code(boost::system::errc::invalid_argument),
                           fmt::format("{} is not a name that TLS can check", url_.host));
    }
    encrypted_->shake_hands(
        [self = shared_from_this()](ErrorCode error) { self->on_shaken(error); });
}

void BufferedSocket::on_shaken(ErrorCode error) {
    const auto refused = encrypted_->certificate_error();
    if (error && refused) {
        return finish_open(refused, describe_certificate_error(refused, url_.host));
    }
    if (error) {
        return finish_open(
            error, fmt::format("TLS handshake with {} failed: {}", url_.origin(), error.message()));
    }
    finish_open({}, {});
}

void BufferedSocket::finish_open(ErrorCode error, std::string what) {
    if (const auto opened = std::exchange(opened_, nullptr)) opened(error, std::move(what));
}

std::string_view BufferedSocket::unread() const {
    return {reinterpret_cast<const char*>(input_.get()) + input_begin_, input_end_ - input_begin_};
}

asio::const_buffer BufferedSocket::input() {
    const auto bytes = unread();
    return {bytes.data(), frame_ends_ ? frame_ends_->piece(bytes) : bytes.size()};
}

void BufferedSocket::consume(std::size_t bytes) {
    if (frame_ends_) frame_ends_->pass(unread().substr(0, bytes));
    input_begin_ += bytes;
}

void BufferedSocket::fill(std::unique_ptr<Waiter> waiter) {
    ensure(input_begin_ == input_end_, "a socket is filled when its input is used up");
    ensure(reader_ == nullptr, "a socket is filled once at a time");
    if (closed_) return complete_later(std::move(waiter), asio::error::operation_aborted);
    reader_ = std::move(waiter);
    auto done = [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
        self->on_filled(error, bytes);
    };
    if (encrypted_) {
        encrypted_->read({input_.get(), input_bytes_max}, std::move(done));
    } else {
        plain_->async_read_some(asio::buffer(input_.get(), input_bytes_max), std::move(done));
    }
}

void BufferedSocket::on_filled(ErrorCode error, std::size_t bytes) {
    if (reader_ == nullptr) return;  // closed meanwhile, and told so
    input_begin_ = 0;
    input_end_ = bytes;
    complete_all(std::exchange(reader_, nullptr), error);
}

void BufferedSocket::complete_soon(std::unique_ptr<Waiter> waiter) {
    ensure(next_ == nullptr, "a socket is read by one at a time");
    if (is_completing_) {
        next_ = std::move(waiter);
        return;
    }
    asio::post(executor_, [self = shared_from_this(), waiter = std::move(waiter)]() mutable {
        self->complete_all(std::move(waiter), {});
    });
}

void BufferedSocket::complete_all(std::unique_ptr<Waiter> waiter, ErrorCode error) {
    is_completing_ = true;
    while (waiter) {
        waiter->complete(closed_ && !error ? asio::error::operation_aborted : error);
        waiter = std::exchange(next_, nullptr);
    }
    is_completing_ = false;
}

void BufferedSocket::write(std::string bytes, std::unique_ptr<Waiter> waiter) {
    if (closed_) return complete_later(std::move(waiter), asio::error::operation_aborted);
    if (!takes_writes_) return complete_later(std::move(waiter), {});
    outputs_.push_back({std::move(bytes), std::move(waiter)});
    if (outputs_.size() == 1) write_next();
}

void BufferedSocket::write_last(std::string bytes) {
    write(std::move(bytes), nullptr);
    takes_writes_ = false;
}

void BufferedSocket::write_next() {
    const auto& bytes = outputs_.front().bytes;
    if (encrypted_) {
        encrypted_->write(
            bytes, [self = shared_from_this()](ErrorCode error) { self->on_written(error); });
    } else {
        asio::async_write(
            *plain_, asio::buffer(bytes),
            [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_written(error); });
    }
}

void BufferedSocket::on_written(ErrorCode error) {
    auto waiter = std::move(outputs_.front().waiter);
    outputs_.pop_front();
    if (error) {
        // A stream with a hole in it is of no use: what is queued fails with it.
        for (auto& output : outputs_) complete_later(std::move(output.waiter), error);
        outputs_.clear();
    } else if (!outputs_.empty()) {
        write_next();
    }
    if (waiter) waiter->complete(error);
}

void BufferedSocket::complete_later(std::unique_ptr<Waiter> waiter, ErrorCode error) {
    if (waiter == nullptr) return;
    asio::post(executor_, [waiter = std::move(waiter), error] { waiter->complete(error); });
}

void BufferedSocket::shutdown() {
    if (closed_ || !outputs_.empty()) return;
    ErrorCode ignored;
    socket().shutdown(TcpSocket::shutdown_send, ignored);
}

void BufferedSocket::close() {
    if (std::exchange(closed_, true)) return;
    opened_ = nullptr;
    if (dial_) return dial_->cancel();
    if (!plain_ && !encrypted_) return;
    ErrorCode ignored;
    socket().close(ignored);
    // Those who wait keep this object alive. They are let go here and not when the operations end:
    // the loop may be stopped before it comes to that.
    complete_later(std::exchange(reader_, nullptr), asio::error::operation_aborted);
    for (auto& output : outputs_) {
        complete_later(std::exchange(output.waiter, nullptr), asio::error::operation_aborted);
    }
}

TcpSocket& BufferedSocket::socket() {
    return encrypted_ ? encrypted_->socket() : *plain_;
}

}  // namespace conduitd
