#include "twitch_sim/server/stream.hpp"

#include "base/error.hpp"

#include <boost/asio/socket_base.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

namespace twitch_sim {

namespace asio = boost::asio;

namespace {

// The content type that begins a TLS handshake record (RFC 8446, section 5.1); no HTTP method
// begins with it.
constexpr unsigned char tls_handshake_record = 0x16;

// The most plaintext that one TLS record carries (RFC 8446, section 5.1).
constexpr std::size_t tls_record_bytes_max = 16UL * 1024;

// A fatal alert, "handshake_failure", as one TLS record (RFC 8446, section 6).
constexpr std::array<unsigned char, 7> handshake_failure = {0x15, 0x03, 0x03, 0x00,
                                                            0x02, 0x02, 0x28};

class TcpOrTlsStream final : public Stream {
public:
    TcpOrTlsStream(conduitd::TcpSocket socket, asio::ssl::context& tls)
        : socket_(std::move(socket)), timer_(socket_.get_executor()), context_(tls) {}

    void start(AskTls ask, Started done) override {
        socket_.async_receive(
            asio::buffer(first_byte_), asio::socket_base::message_peek,
            [this, ask = std::move(ask), done = std::move(done)](ErrorCode error,
                                                                 std::size_t bytes) {
                if (error || bytes == 0 || first_byte_[0] != tls_handshake_record) {
                    done(error);
                } else {
                    start_tls(ask(), done);
                }
            });
    }

    void read_some(asio::mutable_buffer into, Moved done) override {
        if (tls_) {
            tls_->async_read_some(into, std::move(done));
        } else {
            socket_.async_read_some(into, std::move(done));
        }
    }

    void write_some(asio::const_buffer from, Moved done) override {
        if (tls_) {
            tls_->async_write_some(asio::buffer(from, tls_record_bytes_max), std::move(done));
        } else {
            socket_.async_write_some(from, std::move(done));
        }
    }

    void cancel() override {
        ErrorCode ignored;
        socket_.cancel(ignored);
    }

    void close() override {
        ErrorCode ignored;
        socket_.close(ignored);
    }

    void reset() override {
        ErrorCode ignored;
        socket_.set_option(asio::socket_base::linger(true, 0), ignored);
        socket_.close(ignored);
    }

    [[nodiscard]] bool is_tls() const override { return tls_ != nullptr; }

    [[nodiscard]] std::string local_address() const override {
        ErrorCode error;
        const auto endpoint = socket_.local_endpoint(error);
        if (error) return {};
        std::ostringstream text;
        text << endpoint;
        return text.str();
    }

private:
    using TlsStream = asio::ssl::stream<conduitd::TcpSocket&>;

    void start_tls(Model::TlsStart how, Started done) {
        switch (how) {
            case Model::TlsStart::proceed:
                tls_ = std::make_unique<TlsStream>(socket_, context_);
                tls_->async_handshake(asio::ssl::stream_base::server, std::move(done));
                break;
            case Model::TlsStart::fail:
                fail_tls(std::move(done));
                break;
            case Model::TlsStart::stay_silent:
                await_end(std::move(done));
                break;
        }
    }

    // The handshake is answered with the alert that no client can get over. What the client said is
    // read before, since closing a socket with unread bytes would reset it.
    void fail_tls(Started done) {
        socket_.async_read_some(asio::buffer(discarded_), [this, done = std::move(done)](
                                                              ErrorCode error, std::size_t) {
            if (error) return done(error);
            asio::async_write(socket_, asio::buffer(handshake_failure),
                              [this, done](ErrorCode write_error, std::size_t) {
                                  close();
                                  done(write_error ? write_error : asio::error::connection_aborted);
                              });
        });
    }

    void await_end(Started done) {
        socket_.async_read_some(asio::buffer(discarded_),
                                [this, done = std::move(done)](ErrorCode error, std::size_t) {
                                    if (error) {
                                        done(error);
                                    } else {
                                        await_end(done);
                                    }
                                });
    }

    void run_finish(const std::shared_ptr<Stream>& self, std::chrono::nanoseconds limit) override {
        timer_.expires_after(limit);
        timer_.async_wait([this, self](ErrorCode error) {
            if (!error) close();
        });
        if (tls_) {
            // Completes with the client's close_notify or the end of its stream.
            tls_->async_shutdown([this, self](ErrorCode) { end_finish(); });
            return;
        }
        ErrorCode ignored;
        socket_.shutdown(asio::socket_base::shutdown_send, ignored);
        discard(self);
    }

    void discard(const std::shared_ptr<Stream>& self) {
        socket_.async_read_some(asio::buffer(discarded_),
                                [this, self](ErrorCode error, std::size_t) {
                                    if (error) {
                                        end_finish();
                                    } else {
                                        discard(self);
                                    }
                                });
    }

    void end_finish() {
        timer_.cancel();
        close();
    }

    conduitd::TcpSocket socket_;
    conduitd::Timer timer_;
    asio::ssl::context& context_;
    std::unique_ptr<TlsStream> tls_;
    std::array<unsigned char, 1> first_byte_{};
    std::array<char, 4096> discarded_{};
};

}  // namespace

std::unique_ptr<Stream> Stream::make(conduitd::TcpSocket socket, asio::ssl::context& tls) {
    return std::make_unique<TcpOrTlsStream>(std::move(socket), tls);
}

void Stream::finish(std::unique_ptr<Stream> stream, std::chrono::nanoseconds limit) {
    const std::shared_ptr<Stream> self = std::move(stream);
    self->run_finish(self, limit);
}

}  // namespace twitch_sim
