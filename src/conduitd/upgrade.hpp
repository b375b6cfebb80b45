#pragma once

#include "base/log.hpp"
#include "io/asio.hpp"
#include "io/descriptor.hpp"
#include "io/http_router.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace conduitd {

// Starts our program anew, as it is on the disk by now, with our arguments and our environment, to
// take over from this process; and tells who waits for it what came of that.
class Upgrade {
public:
    // `arguments`: ours, the program first.
    Upgrade(asio::io_context& context, std::vector<std::string> arguments, Log log);

    // Why it could not be started; empty when it was, or when one is on its way. `connect` is given
    // our end of the connection by which it will ask: its settings may be others than ours.
    [[nodiscard]] std::string start(const std::function<void(int fd)>& connect);
    // Is answered with 200 {"pid":…}, or 409 {"error":"…"}.
    [[nodiscard]] std::shared_ptr<LateAnswer> add_wait();
    // It has taken over, or has not.
    void tell(int pid, const std::string& why);

private:
    void on_ended();

    asio::io_context& context_;
    std::vector<std::string> arguments_;
    Log log_;
    pid_t pid_ = 0;            // of the one that runs
    bool is_awaited_ = false;  // whether it takes over is not known yet
    std::optional<asio::posix::basic_stream_descriptor<Executor>> watch_;
    std::vector<std::weak_ptr<LateAnswer>> waits_;
};

}  // namespace conduitd
