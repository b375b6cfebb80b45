#pragma once

#include "raw_server.hpp"
#include "test_certificate.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace conduitd::test {

// The server's end of one TLS socket.
class TlsPeer {
public:
    using Stream = boost::asio::ssl::stream<RawPeer::Socket&>;

    TlsPeer(RawPeer& peer, boost::asio::ssl::context& context) : stream_(peer.socket(), context) {}

    bool shake_hands() {
        boost::system::error_code error;
        stream_.handshake(Stream::server, error);
        return !error;
    }
    std::string server_name() {
        const char* name = SSL_get_servername(stream_.native_handle(), TLSEXT_NAMETYPE_host_name);
        return name == nullptr ? "" : name;
    }
    void send(std::string_view bytes) {
        boost::system::error_code ignored;
        boost::asio::write(stream_, boost::asio::buffer(bytes), ignored);
    }
    std::string read_to(std::string_view end) {
        std::string out;
        boost::system::error_code ignored;
        boost::asio::read_until(stream_, boost::asio::dynamic_buffer(out), end, ignored);
        return out;
    }
    std::string read_to_end() {
        std::string out;
        boost::system::error_code ignored;
        boost::asio::read(stream_, boost::asio::dynamic_buffer(out), ignored);
        return out;
    }

private:
    Stream stream_;
};

// A script for RawServer that goes through the handshake first; `script` runs when it succeeds.
inline std::function<void(RawPeer&)> with_tls(const TestCertificate& certificate,
                                              std::function<void(TlsPeer&)> script) {
    return [certificate, script = std::move(script)](RawPeer& peer) {
        namespace ssl = boost::asio::ssl;
        ssl::context context(ssl::context::tls_server);
        context.use_certificate(boost::asio::buffer(certificate.certificate), ssl::context::pem);
        context.use_private_key(boost::asio::buffer(certificate.key), ssl::context::pem);
        TlsPeer tls(peer, context);
        if (tls.shake_hands()) script(tls);
    };
}

}  // namespace conduitd::test
