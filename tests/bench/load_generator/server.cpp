#include "load_generator/server.hpp"

#include "load_generator/http_answers.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace bench {

std::uint16_t Server::listen() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    const bool is_listening = ::bind(listener_, raw, size) == 0 && ::listen(listener_, 64) == 0 &&
                              ::getsockname(listener_, raw, &size) == 0;
    return is_listening ? ntohs(address.sin_port) : std::uint16_t{0};
}

void Server::run() {
    while (true) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0) std::thread([this, fd] { serve(fd); }).detach();
    }
}

void Server::serve(int fd) {
    Stream stream(fd, tls_);
    if (!stream.shake_hands()) return;
    std::string input;
    while (true) {
        const auto request = take_request(input);
        if (!request) {
            if (!stream.read_more(input)) return;
            continue;
        }
        if (!request->websocket_key.empty()) {
            if (!stream.write(encode_upgrade(request->websocket_key))) return;
            auto id = fmt::format("AgoQ{:022}IGY2VsbC1h", ++sessions_);
            Session(stream, std::move(id), std::move(input), frame_, plan_, control_).run();
            return;
        }
        const auto session = session_to_bind(*request);
        if (session) control_.bind(*session);
        if (!stream.write(encode_answer(answer_call(*request, control_.bound())))) return;
        if (session) control_.report(fmt::format(R"({{"bound":"{}"}})", *session));
    }
}

}  // namespace bench
