#include "io/tls_socket.hpp"

#include "io/descriptor.hpp"
#include "io/error.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/ssl.h>

#include <cerrno>
#include <new>
#include <sys/socket.h>
#include <utility>

namespace conduitd {
namespace {

bool would_wait() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

int TlsSocket::Link::read(char* to, int bytes) {
    if (is_drained || read_error) return -1;
    const auto size = static_cast<std::size_t>(bytes);
    const auto count = ::recv(socket.native_handle(), to, size, MSG_DONTWAIT);
    if (count == 0) read_error = asio::ssl::error::stream_truncated;
    if (count < 0 && !would_wait()) read_error = last_error();
    is_drained = count < bytes;
    return count > 0 ? static_cast<int>(count) : -1;
}

int TlsSocket::Link::write(const char* from, int bytes) {
    if (write_error) return -1;
    const auto size = static_cast<std::size_t>(bytes);
    const auto count = ::send(socket.native_handle(), from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && !would_wait()) write_error = last_error();
    return static_cast<int>(count);
}

const BIO_METHOD* TlsSocket::bio_method() {
    static const BIO_METHOD* const method = [] {
        BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "link");
        if (made == nullptr) throw std::bad_alloc();
        BIO_meth_set_read(made, [](BIO* bio, char* to, int bytes) {
            const int count = static_cast<Link*>(BIO_get_data(bio))->read(to, bytes);
            BIO_clear_retry_flags(bio);
            if (count < 0) BIO_set_retry_read(bio);
            return count;
        });
        BIO_meth_set_write(made, [](BIO* bio, const char* from, int bytes) {
            const int count = static_cast<Link*>(BIO_get_data(bio))->write(from, bytes);
            BIO_clear_retry_flags(bio);
            if (count < 0) BIO_set_retry_write(bio);
            return count;
        });
        BIO_meth_set_ctrl(made, [](BIO*, int what, long, void*) -> long {
            return what == BIO_CTRL_FLUSH ? 1 : 0;
        });
        return made;
    }();
    return method;
}

TlsSocket::TlsSocket(TcpSocket socket, asio::ssl::context& context)
    : link_{std::move(socket), {}, {}}, ssl_(SSL_new(context.native_handle())) {
    BIO* const bio = BIO_new(bio_method());
    if (ssl_ == nullptr || bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, &link_);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_read_ahead(ssl_.get(), 1);
    SSL_set_default_read_buffer_len(ssl_.get(), read_bytes);
}

bool TlsSocket::expect_host(const std::string& host) {
    ErrorCode not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) == 1;
    }
    SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl_.get(), host.c_str()) == 1 &&
           SSL_set_tlsext_host_name(ssl_.get(), host.c_str()) == 1;
}

ErrorCode TlsSocket::certificate_error() const {
    const auto verdict = SSL_get_verify_result(ssl_.get());
    if (verdict == X509_V_OK) return {};
    return {static_cast<int>(verdict), certificate_category()};
}

void TlsSocket::shake_hands(Done done) {
    run([this] { return SSL_connect(ssl_.get()); }, std::move(done), Turn::first);
}

void TlsSocket::read(std::span<std::byte> room, ReadDone done) {
    run([this, room] { return read_all(room); },
        [this, done = std::move(done)](ErrorCode error) { done(error, error ? 0 : bytes_read_); },
        Turn::first);
}

// A record at a time. An error behind what is read already is met again by the next read.
int TlsSocket::read_all(std::span<std::byte> room) {
    bytes_read_ = 0;
    while (bytes_read_ < room.size()) {
        const auto rest = room.subspan(bytes_read_);
        std::size_t bytes = 0;
        const int result = SSL_read_ex(ssl_.get(), rest.data(), rest.size(), &bytes);
        if (result != 1 && bytes_read_ == 0) return result;
        if (result != 1) break;
        bytes_read_ += bytes;
    }
    return 1;
}

void TlsSocket::write(std::string_view bytes, Done done) {
    const auto attempt = [this, bytes] {
        std::size_t written = 0;
        return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
    };
    run(attempt, std::move(done), Turn::first);
}

// Calls `attempt`, again when the socket is ready, until OpenSSL needs no more of that.
template <class Attempt>
void TlsSocket::run(Attempt attempt, Done done, Turn turn) {
    ERR_clear_error();
    const int verdict = SSL_get_error(ssl_.get(), attempt());
    const bool wants_read = verdict == SSL_ERROR_WANT_READ && !link_.read_error;
    const bool wants_write = verdict == SSL_ERROR_WANT_WRITE && !link_.write_error;
    if (wants_read || wants_write) {
        link_.socket.async_wait(
            wants_read ? TcpSocket::wait_read : TcpSocket::wait_write,
            [this, attempt, wants_read, done = std::move(done)](ErrorCode error) mutable {
                if (error) return done(error);
                if (wants_read) link_.is_drained = false;
                run(attempt, std::move(done), Turn::later);
            });
        return;
    }
    const auto error = verdict == SSL_ERROR_NONE ? ErrorCode() : error_of(verdict);
    if (turn == Turn::later) return done(error);
    asio::post(link_.socket.get_executor(), [done = std::move(done), error] { done(error); });
}

ErrorCode TlsSocket::error_of(int verdict) const {
    if (verdict == SSL_ERROR_WANT_READ) return link_.read_error;
    if (verdict == SSL_ERROR_WANT_WRITE) return link_.write_error;
    if (verdict == SSL_ERROR_ZERO_RETURN) return asio::error::eof;
    const auto code = ERR_get_error();
    if (code == 0) return asio::ssl::error::unspecified_system_error;
    return {static_cast<int>(code), asio::error::get_ssl_category()};
}

}  // namespace conduitd
