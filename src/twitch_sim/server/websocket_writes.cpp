// What a WebSocketConnection writes, and what it does when the client does not take it.

#include "twitch_sim/server/websocket_connection.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace twitch_sim {

namespace asio = boost::asio;

namespace {

// In virtual time: a write of which the client takes nothing for so long has stalled.
constexpr Duration write_stall_limit = std::chrono::seconds(10);

// The most that waits for a client that does not keep up; beyond it the write counts as stalled and
// further frames are dropped.
constexpr std::size_t queued_bytes_max = 256UL * 1024 * 1024;

}  // namespace

void WebSocketConnection::enqueue(Opcode opcode, std::string payload, WireShape shape) {
    if (is_close_queued_ || state_ == State::frozen || state_ == State::ended) return;
    if (queue_.bytes() + payload.size() > queued_bytes_max) {
        if (std::exchange(is_stalled_, true)) return;
        asio::post(executor_, [self = shared_from_this()] { self->report_stall(); });
        return;
    }
    queue_.push(opcode, std::move(payload), shape);
}

void WebSocketConnection::enqueue_close(std::string payload) {
    if (std::exchange(is_close_queued_, true)) return;
    queue_.push(Opcode::close, std::move(payload));
}

void WebSocketConnection::flush() {
    if (is_writing_ || is_pausing_ || state_ == State::frozen || state_ == State::ended) return;
    const FrameQueue::Piece piece = queue_.next();
    if (piece.bytes.empty()) {
        on_queue_written();
    } else if (piece.pause > Duration::zero()) {
        write_later(piece.pause);
    } else {
        write_piece();
    }
}

void WebSocketConnection::write_later(Duration pause) {
    is_pausing_ = true;
    pause_timer_.expires_after(driver_.clock().real(pause));
    pause_timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
        self->is_pausing_ = false;
        const bool can_write = self->state_ != State::frozen && self->state_ != State::ended;
        if (!error && can_write) self->write_piece();
    });
}

void WebSocketConnection::write_piece() {
    const std::string_view bytes = queue_.next().bytes;
    is_writing_ = true;
    write_began_ = driver_.clock().now();
    watch_writing();
    stream_->write_some(asio::buffer(bytes),
                        [self = shared_from_this()](const ErrorCode& error, std::size_t written) {
                            self->on_write(error, written);
                        });
}

void WebSocketConnection::on_write(const ErrorCode& error, std::size_t bytes) {
    is_writing_ = false;
    if (state_ == State::ended) return;
    if (const std::size_t texts = queue_.on_written(bytes); texts > 0) {
        driver_.on_written(id_, texts);
    }
    if (state_ == State::frozen) {
        queue_.clear();
        return;
    }
    if (error) {
        on_broken(error);
    } else {
        flush();
    }
}

void WebSocketConnection::on_queue_written() {
    if (state_ == State::answering) {
        end(Ending::finish);
    } else if (state_ == State::closing) {
        limit_close();
    }
}

// One timer serves all writes: when it fires, it is set anew for the write that is then under way.
void WebSocketConnection::watch_writing() {
    if (std::exchange(is_watching_, true)) return;
    const TimePoint stalls_at = write_began_ + write_stall_limit;
    watch_timer_.expires_after(driver_.clock().real(stalls_at - driver_.clock().now()));
    watch_timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
        if (!error) self->on_watch();
    });
}

void WebSocketConnection::on_watch() {
    is_watching_ = false;
    if (!is_writing_ || is_stalled_ || state_ == State::frozen || state_ == State::ended) return;
    if (driver_.clock().now() < write_began_ + write_stall_limit) {
        watch_writing();
        return;
    }
    is_stalled_ = true;
    report_stall();
}

void WebSocketConnection::report_stall() {
    if (state_ == State::open)
        driver_.on_write_stalled(id_);
    else if (state_ == State::closing)
        end(Ending::close);
}

}  // namespace twitch_sim
