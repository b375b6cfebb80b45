#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

using Nanoseconds = std::chrono::nanoseconds;

struct FreeSsl {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeSsl>;

// One accepted connection, with or without TLS, for one thread. What is written is encrypted into
// memory first, and from there given to the socket in as few calls as it takes: small records cost
// no system call each, and the time that the peer lets us wait is known.
class Stream {
public:
    // Takes the descriptor. `context` is null for a plain connection.
    Stream(int fd, SSL_CTX* context);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    [[nodiscard]] bool shake_hands();

    // Of what is written from now on; a record has up to so many bytes of text. 512 to 16384.
    void limit_records(std::size_t record_bytes);

    enum class Reading { something, nothing, end };
    // Appends what is there, without waiting.
    [[nodiscard]] Reading read_some(std::string& to);
    // Waits for as long as it takes; false at the end.
    [[nodiscard]] bool read_more(std::string& to);

    // Waits for as long as the peer lets us; false when it is gone.
    [[nodiscard]] bool write(std::string_view bytes);
    // Spent so far in waiting for the peer to take what was written.
    [[nodiscard]] Nanoseconds blocked() const { return blocked_; }

    [[nodiscard]] int descriptor() const { return fd_; }
    [[nodiscard]] std::string cipher() const;

private:
    [[nodiscard]] bool send(std::string_view bytes);
    [[nodiscard]] bool send_encrypted();
    [[nodiscard]] Reading read_encrypted(std::string& to);
    void wait(short events) const;

    int fd_;
    std::unique_ptr<SSL, FreeSsl> ssl_;  // null without TLS
    Nanoseconds blocked_{0};
};

}  // namespace bench
