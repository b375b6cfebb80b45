#include "config/location.hpp"

#include "config/choose.hpp"
#include "config/derived.hpp"
#include "config/environment_source.hpp"
#include "config/flag_source.hpp"
#include "config/yaml_source.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace conduitd {
namespace {

using namespace settings;

bool says_where(const Setting& setting) {
    return setting.name == name::control_path || setting.name == name::worker_name ||
           setting.name == name::state_dir || setting.name == name::shard_id ||
           setting.name == name::shard_offset;
}

}  // namespace

WorkerLocation locate_worker(const ConfigInput& input) {
    Sources sources;
    sources.is_wanted = says_where;
    collect_flags(input, sources);
    collect_environment(input, sources);
    collect_yaml(input, sources);

    Config config;
    auto choices = choose(sources, config);
    WorkerLocation location;
    location.problems = std::move(sources.problems);
    std::ranges::move(choices.problems, std::back_inserter(location.problems));
    std::ignore = derive(input, sources, choices, config, location.problems);
    location.state_dir = config.state.dir;
    location.socket = config.control.path;
    if (choices.of(name::control_path).winner != nullptr) {
        location.control_path = config.control.path;
    }
    return location;
}

}  // namespace conduitd
