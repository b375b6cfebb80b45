#pragma once

#include "base/backoff.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "io/unix_address.hpp"
#include "io/unix_socket.hpp"

#include <functional>
#include <memory>
#include <string>

namespace conduitd {

struct UnixDialerLimits {
    // Between attempts: bounds of what is drawn.
    Duration retry_min = std::chrono::milliseconds(100);
    Duration retry_max = std::chrono::seconds(5);
    // A connection that lasted so long was one: the next outage is told, and begins with short
    // delays.
    Duration lasted_min = std::chrono::seconds(5);
};

// Connects to whoever listens at a path, and again whenever it is told that the connection is gone.
// Runs on the io_context's thread and never waits there. Each outage is logged once.
class UnixDialer {
public:
    using OnSocket = std::function<void(UnixSocket)>;  // non-blocking, and closed on exec

    // `path` is a path or an `@name`. Begins at the next turn of the loop.
    UnixDialer(Executor executor, std::string path, OnSocket on_socket, Log log,
               UnixDialerLimits limits = {});
    UnixDialer(const UnixDialer&) = delete;
    UnixDialer& operator=(const UnixDialer&) = delete;

    // The connection of the last socket has ended.
    void on_lost();

private:
    void dial_after(Duration delay);
    void dial();
    [[nodiscard]] ErrorCode connect(int fd) const;
    void retry(std::string_view reason);

    Executor executor_;
    std::string path_;
    OnSocket on_socket_;
    Log log_;
    UnixDialerLimits limits_;
    Random random_;
    Backoff backoff_;
    Timer timer_;
    TimePoint connected_at_{};
    bool is_outage_said_ = false;
    const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace conduitd
