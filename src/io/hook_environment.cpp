#include "io/hook_environment.hpp"

#include <algorithm>
#include <string_view>

namespace conduitd {
namespace {

constexpr std::string_view names[] = {
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TZ",
    "HOSTNAME",
    "TMPDIR",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    // Where a tool finds whom it talks to.
    "DOCKER_HOST",
    "KUBECONFIG",
    "KUBERNETES_SERVICE_HOST",
    "KUBERNETES_SERVICE_PORT",
};

}  // namespace

std::vector<std::string> hook_environment(const std::map<std::string, std::string>& ours) {
    std::vector<std::string> out;
    for (const auto& variable : ours) {
        if (std::ranges::find(names, std::string_view(variable.first)) == std::end(names)) continue;
        out.push_back(variable.first + "=" + variable.second);
    }
    return out;
}

}  // namespace conduitd
