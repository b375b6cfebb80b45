#include "io/http_server.hpp"

#include "io/unix_acceptor.hpp"
#include "io/unix_socket.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <utility>

namespace conduitd {
namespace {

namespace http = boost::beast::http;
using Answer = http::response<http::string_body>;

constexpr unsigned http_1_1 = 11;

Answer to_beast(ServedAnswer&& from) {
    Answer answer(http::status(from.status), http_1_1);
    answer.set(http::field::content_type, "application/json");
    answer.set(http::field::cache_control, "no-store");
    if (!from.allow.empty()) answer.set(http::field::allow, from.allow);
    answer.keep_alive(false);
    answer.body() = std::move(from.body);
    answer.body() += '\n';
    answer.prepare_payload();
    return answer;
}

// The client said something that is not a request; else its connection broke, or it just left.
bool is_answered(const ErrorCode& error) {
    const auto left = make_error_code(http::error::end_of_stream);
    return error.category() == left.category() && error != left;
}

ServedAnswer refuse_request(const ErrorCode& error) {
    if (error == http::error::header_limit) return refuse(431, "the header is too long");
    if (error == http::error::body_limit) return refuse(413, "the body is too long");
    return refuse(400, "this is not a request of HTTP/1.1");
}

class Server;

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(Server& server, UnixSocket socket);

    void start();
    void cut();  // nothing is called after it

private:
    void limit_time();
    void on_read(const ErrorCode& error);
    void wait_for(std::shared_ptr<LateAnswer> later);
    void send_at_once(ServedAnswer answer);
    void finish();

    Server* server_;  // null once cut or finished
    UnixSocket socket_;
    Timer timer_;
    boost::beast::flat_buffer buffer_;
    http::request_parser<http::string_body> parser_;
    Answer answer_;
    std::shared_ptr<LateAnswer> later_;
    std::string rest_;  // of a late answer
};

class Server final : public HttpServer {
public:
    Server(Executor executor, UnixListener listener, std::vector<Route> routes, LogSink& log_sink,
           HttpServerLimits limits)
        : routes_(std::move(routes)),
          limits_(limits),
          acceptor_(
              executor, std::move(listener), [this](UnixSocket socket) { take(std::move(socket)); },
              Log(log_sink, "io")) {}
    ~Server() override {
        for (const auto& connection : connections_) connection->cut();
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    [[nodiscard]] const HttpServerLimits& limits() const { return limits_; }
    [[nodiscard]] ServedAnswer serve_request(const ServedRequest& request) const {
        return serve(routes_, request);
    }
    void forget(const std::shared_ptr<Connection>& connection) { connections_.erase(connection); }

private:
    void take(UnixSocket socket) {
        if (connections_.size() >= limits_.connections_max) return turn_away(socket);
        const auto connection = std::make_shared<Connection>(*this, std::move(socket));
        connections_.insert(connection);
        connection->start();
    }

    // An answer that fits into a fresh socket's buffer; what does not go in at once is dropped.
    static void turn_away(UnixSocket& socket) {
        constexpr std::string_view text =
            "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: "
            "application/json\r\nContent-Length: 41\r\n\r\n"
            R"({"error":"too many connections at once"})"
            "\n";
        [[maybe_unused]] const auto written =
            ::send(socket.native_handle(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    std::vector<Route> routes_;
    HttpServerLimits limits_;
    std::set<std::shared_ptr<Connection>> connections_;
    UnixAcceptor acceptor_;
};

Connection::Connection(Server& server, UnixSocket socket)
    : server_(&server),
      socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      buffer_(server.limits().header_bytes_max + server.limits().body_bytes_max) {
    parser_.header_limit(server.limits().header_bytes_max);
    parser_.body_limit(server.limits().body_bytes_max);
}

void Connection::start() {
    limit_time();
    http::async_read(
        socket_, buffer_, parser_,
        [self = shared_from_this()](const ErrorCode& error, std::size_t) { self->on_read(error); });
}

void Connection::limit_time() {
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        server_->limits().connection_time_max));
    timer_.async_wait([self = shared_from_this()](const ErrorCode& stopped) {
        if (!stopped && !self->later_) self->finish();
    });
}

void Connection::on_read(const ErrorCode& error) {
    if (server_ == nullptr) return;
    if (error && !is_answered(error)) return finish();
    auto answer =
        error ? refuse_request(error)
              : server_->serve_request({std::string(parser_.get().method_string()),
                                        std::string(parser_.get().target()), peer_of(socket_)});
    if (answer.later) return wait_for(std::move(answer.later));
    answer_ = to_beast(std::move(answer));
    http::async_write(socket_, answer_, [self = shared_from_this()](const ErrorCode&, std::size_t) {
        self->finish();
    });
}

// The client has said what it had to say: whatever comes now is the end of its stream, or breaks
// the rule of one request, and it is not waited for any longer.
void Connection::wait_for(std::shared_ptr<LateAnswer> later) {
    timer_.cancel();
    later_ = std::move(later);
    later_->on_given([weak = weak_from_this()](ServedAnswer answer) {
        if (const auto self = weak.lock()) self->send_at_once(std::move(answer));
    });
    socket_.async_wait(UnixSocket::wait_read, [self = shared_from_this()](const ErrorCode& error) {
        if (!error) self->finish();
    });
}

// Without a turn of the loop: such an answer may be the last thing that the process says. The
// buffer of a socket that nothing was written to has room for far more, but for long lists.
void Connection::send_at_once(ServedAnswer answer) {
    if (server_ == nullptr) return;
    std::ostringstream text;
    text << to_beast(std::move(answer));
    rest_ = text.str();
    const auto sent =
        ::send(socket_.native_handle(), rest_.data(), rest_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 || static_cast<std::size_t>(sent) == rest_.size()) return finish();
    rest_.erase(0, static_cast<std::size_t>(sent));
    later_.reset();
    limit_time();
    asio::async_write(
        socket_, asio::buffer(rest_),
        [self = shared_from_this()](const ErrorCode&, std::size_t) { self->finish(); });
}

void Connection::finish() {
    auto* const server = std::exchange(server_, nullptr);
    if (server == nullptr) return;
    cut();
    server->forget(shared_from_this());
}

void Connection::cut() {
    server_ = nullptr;
    timer_.cancel();
    later_.reset();
    ErrorCode ignored;
    socket_.close(ignored);
}

}  // namespace

std::unique_ptr<HttpServer> HttpServer::make(asio::io_context& context, UnixListener listener,
                                             std::vector<Route> routes, LogSink& log_sink,
                                             HttpServerLimits limits) {
    return std::make_unique<Server>(context.get_executor(), std::move(listener), std::move(routes),
                                    log_sink, limits);
}

}  // namespace conduitd
