#include "twitch_sim/server/websocket_connection.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>

#include <chrono>
#include <utility>

namespace twitch_sim {

namespace asio = boost::asio;

namespace {

// In the world's time, like the next, since it waits for a real client: how long the client has for
// its answer to our close frame, and we for ours to its.
constexpr Duration close_answer_limit = std::chrono::seconds(1);
constexpr Duration finish_limit = std::chrono::seconds(1);

constexpr std::uint16_t no_close_code = 1005;
constexpr std::uint16_t protocol_error_code = 1002;

}  // namespace

WebSocketConnection::WebSocketConnection(const conduitd::Executor& executor,
                                         std::unique_ptr<Stream> stream, ModelDriver& driver,
                                         SocketId id, std::string head)
    : executor_(executor),
      stream_(std::move(stream)),
      driver_(driver),
      id_(id),
      queue_(std::move(head)),
      pause_timer_(executor),
      watch_timer_(executor),
      close_timer_(executor) {}

void WebSocketConnection::begin_reading(std::string_view leftover) {
    flush();
    take(leftover);
    if (is_reading()) read_more();
}

void WebSocketConnection::send_text(std::string text, WireShape shape) {
    enqueue(Opcode::text, std::move(text), shape);
}

void WebSocketConnection::send_ping(std::string payload) {
    enqueue(Opcode::ping, std::move(payload));
}

void WebSocketConnection::send_close(std::uint16_t code, std::string_view reason) {
    if (state_ == State::frozen) limit_close();
    if (state_ != State::open) return;
    enqueue_close(make_close_payload(code, reason));
    state_ = State::closing;
    // A queue that does not move is not waited for.
    if (is_stalled_) limit_close();
}

void WebSocketConnection::reset() {
    end(Ending::reset);
}

void WebSocketConnection::freeze() {
    if (state_ == State::ended) return;
    state_ = State::frozen;
    if (!is_writing_) queue_.clear();
    stream_->cancel();
}

// A client whose host or network is gone sends no FIN. Over loopback nothing of the kind happens by
// itself, so a reset stands for it.
void WebSocketConnection::on_broken(const ErrorCode& error) {
    const bool is_fin = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
    end(is_fin || state_ != State::open ? Ending::close : Ending::lost);
}

bool WebSocketConnection::is_reading() const {
    return state_ == State::open || state_ == State::closing;
}

void WebSocketConnection::read_more() {
    stream_->read_some(asio::buffer(read_buffer_),
                       [self = shared_from_this()](const ErrorCode& error, std::size_t bytes) {
                           self->on_read(error, bytes);
                       });
}

void WebSocketConnection::on_read(const ErrorCode& error, std::size_t bytes) {
    if (!is_reading()) return;
    if (error) {
        on_broken(error);
        return;
    }
    take({read_buffer_.data(), bytes});
    if (is_reading()) read_more();
}

void WebSocketConnection::take(std::string_view bytes) {
    while (is_reading()) {
        const auto frame = reader_.next(bytes);
        if (!frame) {
            enqueue_close(make_close_payload(protocol_error_code, "malformed frame"));
            state_ = State::answering;
            limit_close();
            flush();
            return;
        }
        if (!*frame) return;
        on_frame(**frame);
    }
}

void WebSocketConnection::on_frame(const ClientFrame& frame) {
    if (frame.opcode == Opcode::close) {
        on_close_frame(frame.payload);
        return;
    }
    if (state_ != State::open) return;
    switch (frame.opcode) {
        case Opcode::text:
        case Opcode::binary:
            driver_.on_data_frame(id_);
            break;
        case Opcode::ping:
            enqueue(Opcode::pong, frame.payload);
            flush();
            driver_.on_ping(id_);
            break;
        case Opcode::pong:
            driver_.on_pong(id_, frame.payload);
            break;
        case Opcode::continuation:  // of a message whose first frame was told
        case Opcode::close:
            break;
    }
}

// The client's answer to a close frame of the model's is not told: the model has ended that socket
// already, and only waits for on_gone().
void WebSocketConnection::on_close_frame(const std::string& payload) {
    const std::uint16_t code = parse_close_code(payload);
    if (state_ == State::open) driver_.on_client_close(id_, code);
    if (!is_reading()) return;
    enqueue_close(code == no_close_code ? std::string() : make_close_payload(code, {}));
    state_ = State::answering;
    limit_close();
    flush();
}

void WebSocketConnection::limit_close() {
    if (close_timer_.expiry() != conduitd::Timer::time_point{}) return;
    close_timer_.expires_after(close_answer_limit);
    close_timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
        if (!error) self->end(Ending::close);
    });
}

void WebSocketConnection::end(Ending how) {
    if (state_ == State::ended) return;
    state_ = State::ended;
    watch_timer_.cancel();
    pause_timer_.cancel();
    close_timer_.cancel();
    switch (how) {
        case Ending::finish:
            Stream::finish(std::move(stream_), finish_limit);
            break;
        case Ending::close:
        case Ending::lost:
            stream_->close();
            break;
        case Ending::reset:
            stream_->reset();
            break;
    }
    asio::post(executor_, [self = shared_from_this(), how] {
        if (how == Ending::lost) {
            self->driver_.on_lost(self->id_);
        } else {
            self->driver_.on_gone(self->id_);
        }
    });
}

}  // namespace twitch_sim
