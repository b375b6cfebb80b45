#include "load_generator/stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>

#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {
namespace {

constexpr std::size_t read_bytes = 16 * 1024;

}  // namespace

Stream::Stream(int fd, SSL_CTX* context) : fd_(fd) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    if (context == nullptr) return;
    ssl_.reset(SSL_new(context));
    SSL_set0_rbio(ssl_.get(), BIO_new_socket(fd, BIO_NOCLOSE));
    SSL_set0_wbio(ssl_.get(), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_.get());
}

Stream::~Stream() {
    ::close(fd_);
}

bool Stream::shake_hands() {
    while (ssl_ && !SSL_is_init_finished(ssl_.get())) {
        const int result = SSL_do_handshake(ssl_.get());
        if (!send_encrypted()) return false;
        if (result == 1) break;
        if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) return false;
        wait(POLLIN);
    }
    return true;
}

void Stream::limit_records(std::size_t record_bytes) {
    if (ssl_) SSL_set_max_send_fragment(ssl_.get(), static_cast<long>(record_bytes));
}

Stream::Reading Stream::read_some(std::string& to) {
    if (ssl_) return read_encrypted(to);
    char bytes[read_bytes];
    const auto count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count > 0) {
        to.append(bytes, static_cast<std::size_t>(count));
        return Reading::something;
    }
    return count < 0 && errno == EAGAIN ? Reading::nothing : Reading::end;
}

Stream::Reading Stream::read_encrypted(std::string& to) {
    char bytes[read_bytes];
    std::size_t count = 0;
    ERR_clear_error();
    if (SSL_read_ex(ssl_.get(), bytes, sizeof bytes, &count) == 1) {
        to.append(bytes, count);
        return Reading::something;
    }
    return SSL_get_error(ssl_.get(), 0) == SSL_ERROR_WANT_READ ? Reading::nothing : Reading::end;
}

bool Stream::read_more(std::string& to) {
    while (true) {
        const auto reading = read_some(to);
        if (reading != Reading::nothing) return reading == Reading::something;
        wait(POLLIN);
    }
}

bool Stream::write(std::string_view bytes) {
    if (!ssl_) return send(bytes);
    std::size_t written = 0;
    ERR_clear_error();
    return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written) == 1 && send_encrypted();
}

bool Stream::send_encrypted() {
    BIO* const memory = SSL_get_wbio(ssl_.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    const bool is_sent = size <= 0 || send({data, static_cast<std::size_t>(size)});
    (void)BIO_reset(memory);
    return is_sent;
}

bool Stream::send(std::string_view bytes) {
    using Clock = std::chrono::steady_clock;
    while (!bytes.empty()) {
        const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno == EAGAIN) {
            const auto begin = Clock::now();
            wait(POLLOUT);
            blocked_ += Clock::now() - begin;
        } else {
            return false;
        }
    }
    return true;
}

void Stream::wait(short events) const {
    pollfd entry{fd_, events, 0};
    ::poll(&entry, 1, -1);
}

std::string Stream::cipher() const {
    return ssl_ ? SSL_get_cipher_name(ssl_.get()) : "none";
}

}  // namespace bench
