#include "io/environment.hpp"

#include <string_view>

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

}  // namespace conduitd
