#pragma once

#include "base/error.hpp"
#include "helix/http.hpp"

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace conduitd {

class TlsClient;

// Sends HTTP/1.1 requests, each on a connection of its own (name resolved, all addresses raced, TLS
// for https). Answers are read to their end, within the request's timeout and response_bytes_max;
// redirects are not followed. Our own timeout is reported as timed_out.
class HttpClient {
public:
    using Done = std::function<void(Result<HttpResponse>)>;

    [[nodiscard]] static std::unique_ptr<HttpClient> make(boost::asio::io_context& context,
                                                          std::shared_ptr<TlsClient> tls);
    // Ends what is under way; no `done` is called after it.
    virtual ~HttpClient() = default;

    // `done` is called once, on the io_context's thread, never from inside send().
    virtual void send(HttpRequest request, Done done) = 0;
};

}  // namespace conduitd
