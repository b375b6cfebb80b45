#pragma once

#include "base/log.hpp"
#include "conduitd/conduit_memory.hpp"
#include "config/config.hpp"
#include "io/asio.hpp"
#include "io/file_thread.hpp"
#include "io/turn_lock.hpp"

#include <functional>
#include <map>
#include <string>

namespace conduitd {

// What files have to do with the choice of a conduit: the one that is remembered, and the lock by
// which the workers of this host take turns in making one.
class ConduitFiles {
public:
    // The references outlive this object.
    ConduitFiles(asio::io_context& context, FileThread& files, const Config& config, Log log);

    // By client id. Reads on the calling thread.
    [[nodiscard]] std::map<std::string, std::string> load() const { return memory_.load(); }
    // Where it cannot be kept, that is logged.
    void remember(const std::string& client_id, const std::string& conduit_id);

    // `done` is called once the lock is ours, or cannot be had, which is logged.
    void lock_host(std::function<void()> done);
    void unlock_host() { lock_.release(); }

private:
    FileThread& files_;
    ConduitMemory memory_;
    TurnLock lock_;
    Log log_;
};

}  // namespace conduitd
