#pragma once

#include "base/error.hpp"
#include "io/asio.hpp"
#include "io/lookup.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

// The order in which addresses are tried: as given, but with the two families taking turns, so that
// a family that leads nowhere costs one attempt and not all (RFC 8305, section 4).
[[nodiscard]] Endpoints interleave_families(const Endpoints& endpoints);

// Makes a TCP socket to a host by racing all its addresses (RFC 8305): the next attempt starts when
// the one before has failed or attempt_delay has passed, the first to succeed wins, the others are
// closed. Has no time limit of its own: its owner sets one and calls cancel().
class Dial : public std::enable_shared_from_this<Dial> {
public:
    // With the socket, or with the error of the attempt that failed last.
    using Done = std::function<void(ErrorCode, TcpSocket)>;

    static constexpr auto attempt_delay = std::chrono::milliseconds(250);

    // `done` is called once, from the io_context, never from inside these calls.
    [[nodiscard]] static std::shared_ptr<Dial> start(Executor executor, const std::string& host,
                                                     std::uint16_t port, Done done);
    [[nodiscard]] static std::shared_ptr<Dial> race(Executor executor, const Endpoints& endpoints,
                                                    Done done);

    // Closes what is under way; no call of `done` follows.
    void cancel();

private:
    Dial(Executor executor, Done done);

    void begin(const Endpoints& endpoints);
    void try_next();
    void on_attempt(std::size_t index, ErrorCode error);
    void finish(ErrorCode error, TcpSocket winner);
    void stop();

    Executor executor_;
    Done done_;  // empty once called or cancelled
    std::optional<Lookup> lookup_;
    Endpoints endpoints_;              // in the order of the attempts
    std::vector<TcpSocket> attempts_;  // as many as were started; reserved, so that none moves
    std::size_t failed_ = 0;
    Timer next_attempt_;
};

}  // namespace conduitd
