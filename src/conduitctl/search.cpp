#include "conduitctl/search.hpp"

#include "config/control_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <system_error>
#include <utility>

namespace conduitctl {
namespace {

namespace filesystem = std::filesystem;
namespace settings = conduitd::settings;

// RuntimeDirectory=conduitd, or conduitd/%i, of systemd.
constexpr const char* system_folder = "/run/conduitd";

// The entries that `is_wanted` takes, as paths. A folder that is not there has none.
template <class Predicate>
std::vector<std::string> list(const std::string& folder, Predicate is_wanted,
                              std::error_code& error) {
    std::vector<std::string> out;
    filesystem::directory_iterator entry(folder, error);
    while (!error && entry != filesystem::directory_iterator()) {
        if (is_wanted(*entry)) out.push_back(entry->path().string());
        entry.increment(error);
    }
    if (error == std::errc::no_such_file_or_directory) error.clear();
    return out;
}

bool is_control_socket(const filesystem::directory_entry& entry) {
    std::error_code ignored;
    return settings::is_control_file_name(entry.path().filename().string()) &&
           entry.is_socket(ignored);
}

bool is_folder(const filesystem::directory_entry& entry) {
    std::error_code ignored;
    return entry.is_directory(ignored);
}

std::string canonical(const std::string& path) {
    std::error_code error;
    const auto resolved = filesystem::canonical(path, error);
    return error ? path : resolved.string();
}

}  // namespace

Places known_places(const conduitd::ConfigInput& input, const conduitd::WorkerLocation& location,
                    const std::string& state_dir) {
    Places places;
    if (auto folder = settings::runtime_dir(input)) places.folders.push_back(std::move(*folder));
    auto state = state_dir.empty() ? location.state_dir : state_dir;
    if (!state.empty()) places.folders.push_back(std::move(state));
    places.parent = system_folder;
    if (!location.control_path.empty()) places.sockets.push_back(location.control_path);
    return places;
}

FoundSockets find_sockets(const Places& places) {
    std::error_code error;
    auto folders = places.folders;
    folders.push_back(places.parent);
    auto below = list(places.parent, is_folder, error);
    std::ranges::sort(below);
    std::ranges::move(below, std::back_inserter(folders));

    FoundSockets found;
    std::set<std::string> folders_seen;
    for (const auto& folder : folders) {
        if (!folders_seen.insert(canonical(folder)).second) continue;
        std::ranges::move(list(folder, is_control_socket, error), std::back_inserter(found.paths));
        found.looked.push_back(error ? fmt::format("{} ({})", folder, error.message()) : folder);
    }
    for (const auto& socket : places.sockets) {
        const bool is_known = std::ranges::any_of(found.paths, [&socket](const auto& path) {
            return canonical(path) == canonical(socket);
        });
        if (!is_known) found.paths.push_back(socket);
    }
    std::ranges::sort(found.paths);
    return found;
}

}  // namespace conduitctl
