#pragma once

#include "io/asio.hpp"
#include "io/http_router.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <optional>
#include <sys/socket.h>

namespace conduitd {

using UnixSocket = asio::basic_stream_socket<asio::local::stream_protocol, Executor>;

// Who connected, or listened, at the other end of the socket.
[[nodiscard]] inline std::optional<Peer> peer_of(UnixSocket& socket) {
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
        return std::nullopt;
    }
    return Peer{credentials.uid, credentials.pid};
}

}  // namespace conduitd
