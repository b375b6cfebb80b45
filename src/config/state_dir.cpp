#include "config/state_dir.hpp"

#include "config/environment_source.hpp"

namespace conduitd::settings {

std::optional<StateDir> default_state_dir(const ConfigInput& input) {
    struct Row {
        const char* variable;
        const char* below;
    };
    constexpr Row rows[] = {{"STATE_DIRECTORY", ""},
                            {"XDG_STATE_HOME", "/conduitd"},
                            {"HOME", "/.local/state/conduitd"}};
    for (const Row& row : rows) {
        std::string path = variable(input, row.variable);
        if (*row.below == '\0') path = path.substr(0, path.find(':'));
        if (!path.starts_with('/')) continue;
        return StateDir{path + row.below, row.variable};
    }
    return std::nullopt;
}

}  // namespace conduitd::settings
