#include "io/tls.hpp"

#include "io/tls_context.hpp"

#include <fmt/format.h>

namespace conduitd {
namespace {

namespace ssl = boost::asio::ssl;

ErrorCode load_trust(ssl::context& context, const std::string& ca_file) {
    ErrorCode error;
    if (ca_file.empty()) {
        context.set_default_verify_paths(error);
    } else {
        context.load_verify_file(ca_file, error);
    }
    return error;
}

ssl::context make_context() {
    ssl::context context(ssl::context::tls_client);
    context.set_verify_mode(ssl::verify_peer);
    SSL_CTX* const native = context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    // Every socket is long-lived or one of a kind: nothing is ever resumed.
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(native, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    return context;
}

}  // namespace

Result<std::shared_ptr<TlsClient>> TlsClient::make(const std::string& ca_file,
                                                   std::string& reason) {
    try {
        auto context = make_context();
        if (const auto error = load_trust(context, ca_file)) {
            reason = fmt::format("no certificate can be read from {}: {}",
                                 ca_file.empty() ? "the system's trust store" : ca_file,
                                 error.message());
            return error;
        }
        return std::shared_ptr<TlsClient>(std::make_shared<TlsContext>(std::move(context)));
    } catch (const boost::system::system_error& failure) {
        reason = fmt::format("OpenSSL cannot be set up: {}", failure.code().message());
        return failure.code();
    }
}

}  // namespace conduitd
