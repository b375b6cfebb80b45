#include "io/http_server.hpp"

#include "io/descriptor.hpp"
#include "io/tcp_listener.hpp"
#include "io/unix_acceptor.hpp"
#include "io/unix_socket.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
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
using StreamSocket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;

constexpr unsigned http_1_1 = 11;

Answer to_beast(ServedAnswer&& from) {
    Answer answer(http::status(from.status), http_1_1);
    answer.set(http::field::content_type,
               boost::beast::string_view(from.content_type.data(), from.content_type.size()));
    answer.set(http::field::cache_control, "no-store");
    if (!from.allow.empty()) answer.set(http::field::allow, from.allow);
    answer.keep_alive(false);
    answer.body() = std::move(from.body);
    answer.body() += '\n';
    answer.prepare_payload();
    return answer;
}

std::string to_text(const asio::ip::tcp::endpoint& endpoint) {
    std::ostringstream text;
    text << endpoint;
    return text.str();
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
    Connection(Server& server, StreamSocket socket, std::optional<Peer> peer);

    void start();
    void cut();  // nothing is called after it

private:
    void limit_time();
    void on_read(const ErrorCode& error);
    void wait_for(std::shared_ptr<LateAnswer> later);
    void hand_over(const std::function<void(int)>& take);
    void send_at_once(ServedAnswer answer);
    void finish();

    Server* server_;  // null once cut or finished
    StreamSocket socket_;
    std::optional<Peer> peer_;
    Timer timer_;
    boost::beast::flat_buffer buffer_;
    http::request_parser<http::string_body> parser_;
    Answer answer_;
    std::shared_ptr<LateAnswer> later_;
    std::string rest_;  // of a late answer
};

class Server final : public HttpServer {
public:
    Server(std::vector<Route> routes, HttpServerLimits limits)
        : routes_(std::move(routes)), limits_(limits) {}
    ~Server() override {
        for (const auto& connection : connections_) connection->cut();
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    void serve_at(Executor executor, UnixListener listener, LogSink& log_sink) {
        place_ = listener.path();
        const auto take_unix = [this](UnixSocket socket) {
            const auto peer = peer_of(socket);
            take(std::move(socket), peer);
        };
        unix_.emplace(executor, std::move(listener), take_unix, Log(log_sink, "io"));
    }

    [[nodiscard]] ErrorCode serve_at(Executor executor, const asio::ip::tcp::endpoint& endpoint,
                                     HostRule hosts) {
        hosts_ = std::move(hosts);
        tcp_.emplace(executor, [this](TcpSocket socket) { take(std::move(socket), std::nullopt); });
        const auto bound = tcp_->listen(endpoint);
        if (!bound) return bound.error();
        place_ = to_text(*bound);
        return {};
    }

    [[nodiscard]] std::string place() const override { return place_; }
    [[nodiscard]] int listener() const override { return unix_ ? unix_->descriptor() : -1; }
    void stop_listening() override {
        if (unix_) const Descriptor closed(unix_->release());
        unix_.reset();
    }
    [[nodiscard]] const HttpServerLimits& limits() const { return limits_; }
    [[nodiscard]] ServedAnswer serve_request(const ServedRequest& request,
                                             std::string_view host) const {
        if (!hosts_ || hosts_->allows(host)) return serve(routes_, request);
        return refuse(421,
                      "this Host is not served: ask for an address, or allow the name with "
                      "http.hosts");
    }
    void forget(const std::shared_ptr<Connection>& connection) { connections_.erase(connection); }

private:
    void take(StreamSocket socket, std::optional<Peer> peer) {
        if (connections_.size() >= limits_.connections_max) return turn_away(socket);
        const auto connection = std::make_shared<Connection>(*this, std::move(socket), peer);
        connections_.insert(connection);
        connection->start();
    }

    // An answer that fits into a fresh socket's buffer; what does not go in at once is dropped.
    static void turn_away(StreamSocket& socket) {
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
    std::string place_;
    std::optional<HostRule> hosts_;  // of a TCP port
    std::set<std::shared_ptr<Connection>> connections_;
    std::optional<UnixAcceptor> unix_;
    std::optional<TcpListener> tcp_;
};

Connection::Connection(Server& server, StreamSocket socket, std::optional<Peer> peer)
    : server_(&server),
      socket_(std::move(socket)),
      peer_(peer),
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
    auto answer = error ? refuse_request(error)
                        : server_->serve_request({std::string(parser_.get().method_string()),
                                                  std::string(parser_.get().target()), peer_},
                                                 parser_.get()[http::field::host]);
    if (answer.take_socket) return hand_over(answer.take_socket);
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
    socket_.async_wait(StreamSocket::wait_read,
                       [self = shared_from_this()](const ErrorCode& error) {
                           if (!error) self->finish();
                       });
}

// The client waits for it before it says anything else.
void Connection::hand_over(const std::function<void(int)>& take) {
    constexpr std::string_view text =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: conduitd\r\n\r\n";
    [[maybe_unused]] const auto written =
        ::send(socket_.native_handle(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    ErrorCode error;
    const int fd = socket_.release(error);
    finish();
    if (!error) take(fd);
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
    auto server = std::make_unique<Server>(std::move(routes), limits);
    server->serve_at(context.get_executor(), std::move(listener), log_sink);
    return server;
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(asio::io_context& context,
                                                       const asio::ip::tcp::endpoint& endpoint,
                                                       HostRule hosts, std::vector<Route> routes,
                                                       HttpServerLimits limits) {
    auto server = std::make_unique<Server>(std::move(routes), limits);
    const auto error = server->serve_at(context.get_executor(), endpoint, std::move(hosts));
    if (error) return error;
    return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace conduitd
