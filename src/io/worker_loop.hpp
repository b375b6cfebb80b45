#pragma once

#include "base/log.hpp"
#include "helix/call_counts.hpp"
#include "worker/actions.hpp"
#include "worker/options.hpp"
#include "worker/status.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace boost::asio {
class io_context;
}

namespace conduitd {

class TlsClient;
class Worker;

struct WorkerLoopEvents {
    std::function<void(const std::string& token)> store_token;
    // `done` is called once, later, on the io_context's thread, with the token that is kept for all
    // workers of this host, under a lock or without it; not after unlock_token_cache.
    std::function<void(std::function<void(const std::string& token)> done)> lock_token_cache;
    std::function<void()> unlock_token_cache;
    // The lock of this host's workers: `done` is called once, later, on the io_context's thread,
    // with the lock or without it; not after unlock_host.
    std::function<void(std::function<void()> done)> lock_host;
    std::function<void()> unlock_host;
    std::function<void(const RememberConduit&)> remember_conduit;
    // Credentials are refused; `done` is called once, later, on the io_context's thread.
    using CredentialsRead = std::function<void(const std::optional<Credentials>&)>;
    std::function<void(CredentialsRead done)> read_credentials;
    std::function<void(const std::string& id)> conduit_known;  // and when it changes
    std::function<void()> ask_holder;                          // as AskHolder
    std::function<void()> turned;  // whatever happened to the worker has been followed up
    std::function<void()> bound;   // the first time
    std::function<void(ExitCode code, const std::string& why)> stopped;  // once, last
};

// Drives the worker: waits, tells it what happened, does what it says. Decides nothing.
class WorkerLoop {
public:
    // `sink` and `log_sink` outlive the loop; everything is called on the io_context's thread.
    [[nodiscard]] static std::unique_ptr<WorkerLoop> make(boost::asio::io_context& context,
                                                          std::shared_ptr<TlsClient> tls,
                                                          WorkerOptions options, FrameSink& sink,
                                                          LogSink& log_sink, std::uint64_t seed,
                                                          WorkerLoopEvents events);
    virtual ~WorkerLoop() = default;

    // Before start(), oldest first.
    virtual void remember(const IdDigest& id, TimePoint received_at) = 0;

    virtual void start() = 0;
    virtual void stop() = 0;  // drains; a second call gives everything up
    [[nodiscard]] virtual RotateVerdict rotate() = 0;
    // For orders that are not above: `use` is called at once, and what it leads to is done.
    virtual void use(const std::function<void(Worker&, TimePoint)>& use) = 0;
    [[nodiscard]] virtual const Worker& worker() const = 0;
    [[nodiscard]] virtual WorkerStatus status() const = 0;
    [[nodiscard]] virtual const CallCounts& calls() const = 0;
};

}  // namespace conduitd
