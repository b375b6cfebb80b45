// The least that a reader of EventSub can cost: blocking OpenSSL, WebSocket frames by hand, lines
// to stdout with one write() for each SSL_read(), no JSON, no checks. What conduitd costs is
// measured in multiples of it.
//
//   floor PORT [--plain] [--only-read]     a wss (ws) session with 127.0.0.1:PORT, until it ends
//
// With --only-read even that is left out: nothing is parsed and nothing written. That shows how
// fast the other side can send.

#include "floor/frame_parser.hpp"

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::size_t read_bytes = 16 * 1024;  // the text of the largest TLS record

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

int dial(int port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("connect");
    return fd;
}

// A connection with or without TLS.
class Connection {
public:
    Connection(int fd, bool has_tls) : fd_(fd) {
        if (!has_tls) return;
        ssl_ = SSL_new(SSL_CTX_new(TLS_client_method()));
        // One read() takes a record's head along with what follows it.
        SSL_set_read_ahead(ssl_, 1);
        SSL_set_fd(ssl_, fd);
        if (SSL_connect(ssl_) != 1) fail("TLS handshake");
    }

    // At the end 0.
    std::size_t read(char* to, std::size_t bytes) {
        const auto count = ssl_ != nullptr ? SSL_read(ssl_, to, static_cast<int>(bytes))
                                           : static_cast<int>(::read(fd_, to, bytes));
        return count > 0 ? static_cast<std::size_t>(count) : 0;
    }

    void write(std::string_view bytes) {
        const auto count = ssl_ != nullptr
                               ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                               : static_cast<int>(::write(fd_, bytes.data(), bytes.size()));
        if (count != static_cast<int>(bytes.size())) fail("write");
    }

private:
    int fd_;
    SSL* ssl_ = nullptr;
};

// Reads no further than the answer goes.
void upgrade(Connection& connection) {
    connection.write(
        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    std::string answer;
    char byte = 0;
    while (!answer.ends_with("\r\n\r\n")) {
        if (connection.read(&byte, 1) == 0) fail("upgrade");
        answer += byte;
    }
}

void write_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (count < 0) fail("stdout");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

}  // namespace

int main(int argc, char** argv) {
    bool has_tls = true;
    bool only_reads = false;
    int port = 0;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--plain") {
            has_tls = false;
        } else if (word == "--only-read") {
            only_reads = true;
        } else {
            port = std::atoi(argv[i]);
        }
    }
    Connection connection(dial(port), has_tls);
    upgrade(connection);

    bench::FrameParser parser;
    std::string lines;
    char bytes[read_bytes];
    while (const auto count = connection.read(bytes, sizeof bytes)) {
        if (only_reads) continue;
        parser.take({bytes, count}, lines);
        write_all(lines);
        lines.clear();
    }
}
