#include "io/unix_http_client.hpp"

#include "io/clock.hpp"
#include "io/descriptor.hpp"
#include "io/error.hpp"
#include "io/unix_address.hpp"
#include "io/unix_socket.hpp"
#include "io/user_agent.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <cerrno>
#include <optional>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace conduitd {
namespace {

namespace http = boost::beast::http;

constexpr unsigned http_1_1 = 11;

// A Unix socket connects at once or not at all, unless the listener's queue is full (EAGAIN): the
// system does not tell when there is room again.
ErrorCode connect(UnixSocket& socket, const std::string& path, TimePoint give_up_at) {
    const auto address = UnixAddress::make(path);
    if (!address) return address.error();
    ErrorCode error;
    socket.open(asio::local::stream_protocol(), error);
    if (!error) socket.non_blocking(true, error);
    if (error) return error;
    while (::connect(socket.native_handle(), address->data(), address->size()) != 0) {
        if (errno != EAGAIN) return last_error();
        if (monotonic_now() >= give_up_at) return make_timeout_error();
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return {};
}

}  // namespace

Result<UnixHttpAnswer> ask_unix_socket(const std::string& path, const std::string& method,
                                       const std::string& target, Duration timeout) {
    asio::io_context context(1);
    UnixSocket socket(context.get_executor());
    const auto give_up_at = monotonic_now() + timeout;
    if (const auto error = connect(socket, path, give_up_at)) return error;

    http::request<http::empty_body> request;
    request.version(http_1_1);
    request.method_string(method);
    request.target(target);
    request.set(http::field::host, "conduitd");
    request.set(http::field::user_agent, user_agent);
    request.keep_alive(false);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    std::optional<ErrorCode> result;
    // A refusal may come, and the socket be closed, before all of the request is written: a failure
    // to write is left for the read to report.
    http::async_write(socket, request, [](const ErrorCode&, std::size_t) {});
    http::async_read(socket, buffer, parser,
                     [&result](const ErrorCode& error, std::size_t) { result = error; });
    context.run_for(give_up_at - monotonic_now());
    if (!result) return make_timeout_error();
    if (*result) return *result;
    UnixHttpAnswer answer{parser.get().result_int(), std::move(parser.get().body())};
    constexpr unsigned switching_protocols = 101;
    if (answer.status != switching_protocols) return answer;
    ErrorCode error;
    const int fd = socket.release(error);
    if (error) return error;
    return UnixHttpAnswer{answer.status, {}, Descriptor(fd)};
}

}  // namespace conduitd
