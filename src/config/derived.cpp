#include "config/derived.hpp"

#include "config/control_path.hpp"
#include "config/problem.hpp"
#include "config/quote.hpp"
#include "config/state_dir.hpp"

#include <fmt/format.h>

#include <utility>

namespace conduitd::settings {
namespace {

void derive_state_dir(const ConfigInput& input, const Sources& sources, const Choices& choices,
                      Config& config, std::vector<DerivedValue>& derived) {
    if (choices.of(name::state_dir).winner != nullptr || !sources.is_whole) return;
    const auto found = default_state_dir(input);
    if (!found) return;
    config.state.dir = found->path;
    derived.push_back({name::state_dir, found->path, found->origin});
}

void derive_control_path(const ConfigInput& input, const Choices& choices, Config& config,
                         std::vector<DerivedValue>& derived, std::vector<std::string>& problems) {
    const Choice& choice = choices.of(name::control_path);
    const bool is_given = choice.winner != nullptr;
    auto& path = config.control.path;
    auto origin = is_given ? choice.winner->origin : std::string();
    if (!is_given && !config.state.dir.empty()) {
        auto found = default_control_path(input, config.state.dir, config.name);
        path = std::move(found.path);
        origin = std::move(found.origin);
    } else {
        path = with_name(path, config.name);
    }
    if (path.empty()) return;
    derived.push_back({name::control_path, path, origin});
    if (path.size() <= control_path_bytes_max) return;
    problems.push_back(
        describe(origin, name::control_path,
                 fmt::format("{} has {} bytes, and a socket's path at most {}",
                             in_quotes(path, shown_path_max), path.size(), control_path_bytes_max),
                 fmt::format("set {} to a shorter path, or to none", name::control_path)));
}

}  // namespace

std::vector<DerivedValue> derive(const ConfigInput& input, const Sources& sources,
                                 const Choices& choices, Config& config,
                                 std::vector<std::string>& problems) {
    std::vector<DerivedValue> derived;
    derive_state_dir(input, sources, choices, config, derived);
    if (choices.of(name::worker_name).winner == nullptr) {
        config.name = std::to_string(config.shard.id);
    }
    derive_control_path(input, choices, config, derived, problems);
    return derived;
}

}  // namespace conduitd::settings
