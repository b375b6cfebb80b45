#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

// Sockets as the system sees them, where the code under test does not show its descriptor.
namespace conduitd::test {

// The descriptor in this process whose peer listens at that port of loopback; -1 if there is none.
inline int socket_connected_to(std::uint16_t port) {
    constexpr int descriptors_max = 1024;
    for (int fd = 0; fd < descriptors_max; ++fd) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
        if (peer.sin_family == AF_INET && ntohs(peer.sin_port) == port) return fd;
    }
    return -1;
}

// -1 when there is no such socket.
inline int socket_option(int fd, int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

}  // namespace conduitd::test
