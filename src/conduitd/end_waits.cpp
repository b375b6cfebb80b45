#include "conduitd/end_waits.hpp"

#include "base/json.hpp"

#include <string>
#include <utility>

namespace conduitd {

std::shared_ptr<LateAnswer> EndWaits::add() {
    std::erase_if(waits_, [](const auto& wait) { return wait.expired(); });
    auto wait = std::make_shared<LateAnswer>();
    waits_.push_back(wait);
    return wait;
}

void EndWaits::tell(ExitCode code, std::string_view reason) {
    std::string body =
        R"({"exit_code":)" + std::to_string(static_cast<int>(code)) + R"(,"reason":)";
    append_json_string(body, reason);
    body += '}';
    for (const auto& weak : std::exchange(waits_, {})) {
        if (const auto wait = weak.lock()) wait->give({200, body, {}});
    }
}

}  // namespace conduitd
