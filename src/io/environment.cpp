#include "io/environment.hpp"

#include <climits>

#include <string_view>
#include <unistd.h>

extern char** environ;

namespace conduitd {

std::map<std::string, std::string> read_environment() {
    std::map<std::string, std::string> variables;
    for (char** row = environ; row != nullptr && *row != nullptr; ++row) {
        const std::string_view text(*row);
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
    return variables;
}

std::string read_host_name() {
    char name[HOST_NAME_MAX + 1] = {};
    return ::gethostname(name, HOST_NAME_MAX) == 0 ? std::string(name) : std::string();
}

}  // namespace conduitd
