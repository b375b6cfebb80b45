#include "config/credential_source.hpp"

#include "config/environment_source.hpp"
#include "config/secret_file.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace conduitd::settings {
namespace {

std::vector<std::string> credential_names(const Setting& setting) {
    const std::string dotted(setting.name);
    std::string underscored = dotted;
    std::ranges::replace(underscored, '.', '_');
    return {dotted, underscored, dotted.substr(dotted.rfind('.') + 1)};
}

}  // namespace

void collect_credentials(const ConfigInput& input, Sources& sources) {
    const auto folder = variable(input, "CREDENTIALS_DIRECTORY");
    if (folder.empty()) return;
    for (const Setting& setting : all_settings()) {
        if (!setting.is_secret()) continue;
        for (const std::string& name : credential_names(setting)) {
            const std::string path = folder + "/" + name;
            const auto content = read_file(input, path);
            if (!content && is_missing(content.error())) continue;
            collect_secret_file(input, setting, Rank::credential, path, path, sources);
        }
    }
}

}  // namespace conduitd::settings
