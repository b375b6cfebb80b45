#include "config/control_path.hpp"

#include "config/environment_source.hpp"
#include "config/setting.hpp"

namespace conduitd::settings {
namespace {

constexpr std::string_view placeholder = "{name}";
constexpr std::string_view file_prefix = "control-";
constexpr std::string_view file_suffix = ".sock";

}  // namespace

std::string control_file_name(std::string_view name) {
    return std::string(file_prefix) + std::string(name) + std::string(file_suffix);
}

bool is_control_file_name(std::string_view file) {
    return file.size() > file_prefix.size() + file_suffix.size() && file.starts_with(file_prefix) &&
           file.ends_with(file_suffix);
}

std::string with_name(std::string_view path, std::string_view name) {
    std::string out;
    for (auto at = path.find(placeholder); at != std::string_view::npos;
         at = path.find(placeholder)) {
        out += path.substr(0, at);
        out += name;
        path.remove_prefix(at + placeholder.size());
    }
    out += path;
    return out;
}

std::optional<std::string> runtime_dir(const ConfigInput& input) {
    const std::string listed = variable(input, "RUNTIME_DIRECTORY");
    auto first = listed.substr(0, listed.find(':'));
    return first.starts_with('/') ? std::optional(std::move(first)) : std::nullopt;
}

ControlPath default_control_path(const ConfigInput& input, const std::string& state_dir,
                                 std::string_view name) {
    const auto folder = runtime_dir(input);
    return {folder.value_or(state_dir) + "/" + control_file_name(name),
            folder ? "RUNTIME_DIRECTORY" : std::string(name::state_dir)};
}

}  // namespace conduitd::settings
