#pragma once

#include "io/http_router.hpp"
#include "worker/actions.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace conduitd {

// The clients of the control socket that wait to be told how this process ended: its exit code is
// for its supervisor alone, and its socket is gone by then.
class EndWaits {
public:
    [[nodiscard]] std::shared_ptr<LateAnswer> add();

    // {"exit_code":75,"reason":"…"}, to all of them; the reason is empty after a clean stop.
    void tell(ExitCode code, std::string_view reason);

private:
    std::vector<std::weak_ptr<LateAnswer>> waits_;  // as many as the server has connections
};

}  // namespace conduitd
