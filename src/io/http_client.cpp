#include "io/http_client.hpp"

#include "io/error.hpp"
#include "io/network_stream.hpp"
#include "io/user_agent.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace conduitd {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr unsigned http_1_1 = 11;
constexpr std::uint32_t header_bytes_max = 64 * 1024;

http::request<http::string_body> to_beast(HttpRequest&& request) {
    http::request<http::string_body> out;
    out.version(http_1_1);
    out.method_string(request.method);
    out.target(request.url.target);
    out.set(http::field::host, request.url.authority());
    out.set(http::field::user_agent, user_agent);
    out.set(http::field::connection, "close");
    for (const auto& header : request.headers) out.set(header.name, header.value);
    out.body() = std::move(request.body);
    out.prepare_payload();
    return out;
}

HttpResponse from_beast(http::response<http::string_body>&& response) {
    HttpResponse out;
    out.status = response.result_int();
    for (const auto& field : response) {
        out.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    out.body = std::move(response.body());
    return out;
}

// One request and its answer. Kept alive by its operations; the owner lets go with abandon().
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
    Exchange(Executor executor, HttpClient::Done done)
        : stream_(executor), timer_(executor), done_(std::move(done)) {}

    void start(HttpRequest request, std::shared_ptr<TlsClient> tls);
    void abandon();

private:
    void write();
    void read();
    void on_read(ErrorCode error);
    void finish(Result<HttpResponse> result);

    NetworkStream stream_;
    Timer timer_;
    HttpClient::Done done_;  // empty once called or abandoned
    http::request<http::string_body> request_;
    beast::flat_buffer buffer_;
    std::optional<http::response_parser<http::string_body>> parser_;
};

void Exchange::start(HttpRequest request, std::shared_ptr<TlsClient> tls) {
    const Url url = request.url;
    const Duration timeout = request.timeout;
    request_ = to_beast(std::move(request));
    timer_.expires_after(timeout);
    timer_.async_wait([self = shared_from_this()](ErrorCode error) {
        if (!error) self->finish(make_timeout_error());
    });
    stream_.socket().open(url, std::move(tls), {.unacknowledged_max = timeout},
                          [self = shared_from_this()](ErrorCode error, const std::string&) {
                              if (error) return self->finish(error);
                              self->write();
                          });
}

void Exchange::write() {
    // An answer may come before the request is written (a refusal of its size): that is why a
    // failure to write is left for the read to report.
    http::async_write(stream_, request_, [self = shared_from_this()](ErrorCode, std::size_t) {
        if (self->done_) self->read();
    });
}

void Exchange::read() {
    parser_.emplace();
    parser_->body_limit(response_bytes_max);
    parser_->header_limit(header_bytes_max);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_read(error); });
}

void Exchange::on_read(ErrorCode error) {
    if (!done_) return;
    if (error) return finish(error);
    const bool is_interim = parser_->get().result_int() / 100 == 1;  // the answer is yet to come
    if (is_interim) return read();
    finish(from_beast(parser_->release()));
}

void Exchange::finish(Result<HttpResponse> result) {
    const auto done = std::exchange(done_, nullptr);
    if (!done) return;
    abandon();
    done(std::move(result));
}

void Exchange::abandon() {
    done_ = nullptr;
    timer_.cancel();
    stream_.socket().close();
}

class BeastHttpClient final : public HttpClient {
public:
    BeastHttpClient(Executor executor, std::shared_ptr<TlsClient> tls)
        : executor_(executor), tls_(std::move(tls)) {}
    ~BeastHttpClient() override {
        for (const auto& entry : exchanges_) entry.second->abandon();
    }
    BeastHttpClient(const BeastHttpClient&) = delete;
    BeastHttpClient& operator=(const BeastHttpClient&) = delete;

    void send(HttpRequest request, Done done) override {
        const auto id = next_id_++;
        // `this` is safe: the destructor sees to it that no callback comes later.
        const auto exchange = std::make_shared<Exchange>(
            executor_, [this, id, done = std::move(done)](Result<HttpResponse> result) {
                exchanges_.erase(id);
                done(std::move(result));
            });
        exchanges_.emplace(id, exchange);
        exchange->start(std::move(request), tls_);
    }

private:
    Executor executor_;
    std::shared_ptr<TlsClient> tls_;
    std::map<std::uint64_t, std::shared_ptr<Exchange>> exchanges_;  // those under way
    std::uint64_t next_id_ = 0;
};

}  // namespace

std::unique_ptr<HttpClient> HttpClient::make(asio::io_context& context,
                                             std::shared_ptr<TlsClient> tls) {
    return std::make_unique<BeastHttpClient>(context.get_executor(), std::move(tls));
}

}  // namespace conduitd
