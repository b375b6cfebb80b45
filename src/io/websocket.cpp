#include "io/websocket.hpp"

#include "io/close_frame.hpp"
#include "io/error.hpp"
#include "io/network_stream.hpp"
#include "io/user_agent.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

namespace conduitd {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

constexpr std::uint16_t no_status = 1005;  // RFC 6455: a close frame without a code came

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

std::array<std::uint8_t, 4> make_mask() {
    std::random_device device;
    std::array<std::uint8_t, 4> mask{};
    for (auto& byte : mask) byte = static_cast<std::uint8_t>(device());
    return mask;
}

// Our close frame does not go through Beast: its async_close() throws away the data frames that
// still arrive. Instead the bytes of the frame are put behind whatever Beast has under way (each of
// its frames is one write, so they are never mixed), and Beast, which knows nothing of it, reads on
// as before. The answer that it wants to give to the peer's close frame, and pongs meanwhile, are
// dropped: after a close frame nothing may follow (RFC 6455, section 5.5.1).
//
// Kept alive by its operations; the owner lets go with forget().
class BeastSocket : public std::enable_shared_from_this<BeastSocket> {
public:
    BeastSocket(Executor executor, std::shared_ptr<TlsClient> tls, const WebSocketOptions& options,
                WebSocketHandler& handler)
        : tls_(std::move(tls)),
          options_(options),
          handler_(&handler),
          stream_(executor),
          timer_(executor) {}

    void start(const Url& url);
    void close(std::uint16_t code);
    void abort();
    void forget();

private:
    enum class State {
        idle,
        opening,  // from dial to upgrade
        open,
        closing,  // our close frame is sent; data may still arrive
        ended,    // on_end() was or will be called, nothing else
    };

    void on_opened(ErrorCode error, std::string what);
    void on_upgraded(ErrorCode error);
    void read();
    void on_read(ErrorCode error);
    void on_timer();
    void set_timer(Duration duration);
    void wait_for_close();
    [[nodiscard]] WebSocketEnd describe_end(ErrorCode error) const;
    void end(WebSocketEnd end);

    BufferedSocket& socket() { return stream_.next_layer().socket(); }

    std::shared_ptr<TlsClient> tls_;
    WebSocketOptions options_;
    WebSocketHandler* handler_;  // null once forgotten
    State state_ = State::idle;
    bool is_upgrading_ = false;  // the upgrade may have been asked for
    Url url_;
    websocket::stream<NetworkStream, false> stream_;
    websocket::response_type response_;  // to the upgrade
    beast::flat_buffer buffer_;          // the message being read; grows to the largest one
    Timer::time_point close_by_{};       // in closing
    Timer timer_;                        // of the state: dial_timeout, then close_timeout
};

void BeastSocket::start(const Url& url) {
    state_ = State::opening;
    url_ = url;
    set_timer(options_.dial_timeout);
    socket().cut_at_frames();
    socket().open(url_, tls_, options_.patience,
                  [self = shared_from_this()](ErrorCode error, std::string what) {
                      self->on_opened(error, std::move(what));
                  });
}

void BeastSocket::on_opened(ErrorCode error, std::string what) {
    if (state_ != State::opening) return;
    if (error) return end({.error = error, .what = std::move(what)});
    is_upgrading_ = true;
    stream_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
        request.set(http::field::user_agent, user_agent);
    }));
    stream_.read_message_max(options_.frame_bytes_max);
    stream_.async_handshake(
        response_, url_.authority(), url_.target,
        [self = shared_from_this()](ErrorCode result) { self->on_upgraded(result); });
}

void BeastSocket::on_upgraded(ErrorCode error) {
    if (state_ != State::opening) return;
    if (error == websocket::error::upgrade_declined) {
        const auto status = response_.result_int();
        return end({.http_status = status,
                    .error = error,
                    .what = fmt::format("upgrade refused with HTTP status {}", status)});
    }
    if (error) {
        return end({.error = error,
                    .was_cut = true,
                    .what = fmt::format("upgrade failed: {}", error.message())});
    }
    state_ = State::open;
    timer_.cancel();
    handler_->on_open();
    if (state_ != State::ended) read();
}

void BeastSocket::read() {
    stream_.async_read(buffer_, [self = shared_from_this()](ErrorCode error, std::size_t) {
        self->on_read(error);
    });
}

void BeastSocket::on_read(ErrorCode error) {
    if (state_ == State::ended) return;
    if (error) return end(describe_end(error));
    if (stream_.got_text()) {
        const auto frame = buffer_.cdata();
        handler_->on_frame({static_cast<const char*>(frame.data()), frame.size()});
        if (state_ == State::ended) return;
    } else {
        handler_->on_binary(buffer_.size());
        if (state_ == State::ended) return;
    }
    if (state_ == State::closing) wait_for_close();
    buffer_.consume(buffer_.size());
    read();
}

void BeastSocket::close(std::uint16_t code) {
    if (state_ == State::opening) {
        return end({.error = asio::error::operation_aborted,
                    .was_cut = is_upgrading_,
                    .what = "closed while it was dialled"});
    }
    if (state_ != State::open) return;
    state_ = State::closing;
    socket().write_last(encode_close_frame(code, make_mask()));
    close_by_ = Timer::clock_type::now() + options_.close_limit;
    wait_for_close();
}

// What was on its way to us may take a while to read: the wait begins anew with each message, up to
// the limit.
void BeastSocket::wait_for_close() {
    const auto left = close_by_ - Timer::clock_type::now();
    set_timer(
        std::min<Duration>(options_.close_timeout, std::max<Duration>(left, Duration::zero())));
}

void BeastSocket::abort() {
    if (state_ == State::idle) return;
    end({.error = asio::error::operation_aborted, .was_cut = true, .what = "aborted"});
}

void BeastSocket::forget() {
    handler_ = nullptr;
    state_ = State::ended;
    timer_.cancel();
    socket().close();
}

void BeastSocket::set_timer(Duration duration) {
    timer_.expires_after(duration);
    timer_.async_wait([self = shared_from_this()](ErrorCode error) {
        if (!error) self->on_timer();
    });
}

void BeastSocket::on_timer() {
    // A wait that ended just before the timer was set anew is not the one of this state.
    if (timer_.expiry() > Timer::clock_type::now()) return;
    if (state_ == State::opening) {
        end({.error = make_timeout_error(),
             .was_cut = is_upgrading_,
             .what = fmt::format("no answer within {:g} s", seconds(options_.dial_timeout))});
    } else if (state_ == State::closing) {
        end({.error = make_timeout_error(),
             .was_cut = true,
             .what = "our close frame was not answered in time"});
    }
}

WebSocketEnd BeastSocket::describe_end(ErrorCode error) const {
    if (error == websocket::error::closed) {
        const auto& reason = stream_.reason();
        const bool has_code = reason.code != websocket::close_code::none;
        const auto code = has_code ? reason.code : no_status;
        return {.close_code = code,
                .close_reason = std::string(reason.reason.data(), reason.reason.size()),
                .what = fmt::format("closed by the peer with code {}", code)};
    }
    if (error == websocket::error::message_too_big) {
        return {.error = error,
                .was_cut = true,
                .what = fmt::format("message larger than {} bytes", options_.frame_bytes_max)};
    }
    if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
        return {.error = error, .what = "the peer ended the connection without a close frame"};
    }
    return {.error = error, .was_cut = true, .what = error.message()};
}

void BeastSocket::end(WebSocketEnd end) {
    if (std::exchange(state_, State::ended) == State::ended) return;
    timer_.cancel();
    socket().close();
    // Posted, because the handler is never called from inside close() or abort().
    asio::post(stream_.get_executor(), [self = shared_from_this(), end = std::move(end)] {
        if (self->handler_ != nullptr) self->handler_->on_end(end);
    });
}

class OwnedWebSocket final : public WebSocket {
public:
    explicit OwnedWebSocket(std::shared_ptr<BeastSocket> socket) : socket_(std::move(socket)) {}
    ~OwnedWebSocket() override { socket_->forget(); }
    OwnedWebSocket(const OwnedWebSocket&) = delete;
    OwnedWebSocket& operator=(const OwnedWebSocket&) = delete;

    void start(const Url& url) override { socket_->start(url); }
    void close(std::uint16_t code) override { socket_->close(code); }
    void abort() override { socket_->abort(); }

private:
    std::shared_ptr<BeastSocket> socket_;
};

}  // namespace

std::unique_ptr<WebSocket> WebSocket::make(asio::io_context& context,
                                           std::shared_ptr<TlsClient> tls, WebSocketOptions options,
                                           WebSocketHandler& handler) {
    return std::make_unique<OwnedWebSocket>(
        std::make_shared<BeastSocket>(context.get_executor(), std::move(tls), options, handler));
}

}  // namespace conduitd
