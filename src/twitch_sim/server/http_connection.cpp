#include "twitch_sim/server/http_connection.hpp"

#include "twitch_sim/server/http_message.hpp"
#include "twitch_sim/server/upgrade.hpp"
#include "twitch_sim/server/websocket_connection.hpp"

#include <chrono>
#include <string_view>
#include <utility>

namespace twitch_sim {

namespace asio = boost::asio;

namespace {

// A client that sends nothing, or takes nothing of its answer, for so long is cut off.
constexpr Duration idle_limit = std::chrono::minutes(2);
constexpr Duration finish_limit = std::chrono::seconds(1);

std::string_view refusal_text(unsigned status) {
    switch (status) {
        case 413:
            return "the body is longer than 1 MiB";
        case 431:
            return "the headers are longer than 64 KiB";
        default:
            return "this is not HTTP/1.1";
    }
}

}  // namespace

HttpConnection::HttpConnection(const conduitd::Executor& executor, std::unique_ptr<Stream> stream,
                               ModelDriver& driver)
    : executor_(executor),
      stream_(std::move(stream)),
      driver_(driver),
      limit_timer_(executor),
      delay_timer_(executor) {}

void HttpConnection::start() {
    limit_wait();
    stream_->start([self = shared_from_this()] { return self->driver_.on_tls_start(); },
                   [self = shared_from_this()](const ErrorCode& error) {
                       if (!error) {
                           self->read_more();
                       } else {
                           self->limit_timer_.cancel();
                       }
                   });
}

void HttpConnection::advance() {
    switch (reader_.read(received_)) {
        case HttpReader::Progress::incomplete:
            read_more();
            break;
        case HttpReader::Progress::awaiting_continue:
            is_interim_ = true;
            write_all("HTTP/1.1 100 Continue\r\n\r\n");
            break;
        case HttpReader::Progress::complete:
            on_request(reader_.take());
            break;
        case HttpReader::Progress::refused:
            keep_alive_ = false;
            is_head_ = false;
            answer(make_error_answer(reader_.refusal_status(),
                                     refusal_text(reader_.refusal_status())));
            break;
    }
}

void HttpConnection::read_more() {
    limit_wait();
    stream_->read_some(asio::buffer(read_buffer_),
                       [self = shared_from_this()](const ErrorCode& error, std::size_t bytes) {
                           if (error) {
                               self->limit_timer_.cancel();
                               return;
                           }
                           self->received_.append(self->read_buffer_.data(), bytes);
                           self->advance();
                       });
}

void HttpConnection::on_request(const HttpRequest& request) {
    keep_alive_ = request.keep_alive;
    is_head_ = request.call.method == "HEAD";
    if (!is_upgrade(request.call)) {
        answer(driver_.on_http(request.call));
    } else if (const auto fault = find_handshake_fault(request.call)) {
        answer(*fault);
    } else {
        on_upgrade(request.call);
    }
}

void HttpConnection::on_upgrade(const HttpCall& call) {
    const std::string_view host = find_header(call, "Host");
    UpgradeCall upgrade;
    upgrade.target = call.target;
    upgrade.origin = stream_->is_tls() ? "wss://" : "ws://";
    upgrade.origin += host.empty() ? stream_->local_address() : std::string(host);

    std::shared_ptr<WebSocketConnection> socket;
    const auto refusal = driver_.on_upgrade(upgrade, [&](SocketId id) {
        socket = std::make_shared<WebSocketConnection>(executor_, std::move(stream_), driver_, id,
                                                       make_upgrade_head(call));
        return socket;
    });
    if (refusal) {
        answer(*refusal);
        return;
    }
    limit_timer_.cancel();
    socket->begin_reading(received_);
}

void HttpConnection::answer(const HttpAnswer& answer) {
    const Duration delay = driver_.clock().real(answer.delay);
    if (delay <= Duration::zero()) {
        write_answer(answer);
        return;
    }
    limit_timer_.cancel();
    delay_timer_.expires_after(delay);
    delay_timer_.async_wait([self = shared_from_this(), answer](const ErrorCode& error) {
        if (!error) self->write_answer(answer);
    });
}

void HttpConnection::write_answer(const HttpAnswer& answer) {
    if (answer.delivery == HttpAnswer::Delivery::drop_connection) {
        limit_timer_.cancel();
        stream_->close();
        return;
    }
    if (answer.delivery == HttpAnswer::Delivery::stay_silent) {
        await_end();
        return;
    }
    AnswerFraming framing;
    framing.after = keep_alive_ ? AfterAnswer::keep_alive : AfterAnswer::close;
    framing.is_head = is_head_;
    framing.date = driver_.wall_now();
    write_all(encode_answer(answer, framing));
}

// Keeps the connection, for as long as the client and the idle limit do.
void HttpConnection::await_end() {
    limit_wait();
    stream_->read_some(asio::buffer(read_buffer_),
                       [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                           if (error) {
                               self->limit_timer_.cancel();
                           } else {
                               self->await_end();
                           }
                       });
}

void HttpConnection::write_all(std::string bytes) {
    output_ = std::move(bytes);
    output_written_ = 0;
    write_rest();
}

void HttpConnection::write_rest() {
    limit_wait();
    stream_->write_some(asio::buffer(output_) + output_written_,
                        [self = shared_from_this()](const ErrorCode& error, std::size_t bytes) {
                            if (error) {
                                self->limit_timer_.cancel();
                                return;
                            }
                            self->output_written_ += bytes;
                            if (self->output_written_ < self->output_.size()) {
                                self->write_rest();
                            } else {
                                self->on_written();
                            }
                        });
}

void HttpConnection::on_written() {
    if (std::exchange(is_interim_, false) || keep_alive_) {
        advance();
    } else {
        limit_timer_.cancel();
        Stream::finish(std::move(stream_), finish_limit);
    }
}

void HttpConnection::limit_wait() {
    limit_timer_.expires_after(idle_limit);
    limit_timer_.async_wait([self = shared_from_this()](const ErrorCode& error) {
        if (!error && self->stream_) self->stream_->close();
    });
}

}  // namespace twitch_sim
