#pragma once

#include "config/load.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Where a worker's control socket is: `control.path`, and the one place where its file name is
// built and recognised. What looks for workers uses the same rules.
namespace conduitd::settings {

// What a socket's address has room for on Linux: 108 bytes with the zero at its end.
inline constexpr std::size_t control_path_bytes_max = 107;

// "control-0.sock". Each worker of a host has a name of its own, so several can share a folder.
[[nodiscard]] std::string control_file_name(std::string_view name);
[[nodiscard]] bool is_control_file_name(std::string_view file);

// `path` with every `{name}` replaced.
[[nodiscard]] std::string with_name(std::string_view path, std::string_view name);

// The first folder in $RUNTIME_DIRECTORY (systemd separates several by colons), unless it is
// relative.
[[nodiscard]] std::optional<std::string> runtime_dir(const ConfigInput& input);

struct ControlPath {
    std::string path;
    std::string origin;  // RUNTIME_DIRECTORY, or `state.dir`
};

// Where the socket is when no setting says so: in the runtime folder, else in the state folder.
[[nodiscard]] ControlPath default_control_path(const ConfigInput& input,
                                               const std::string& state_dir, std::string_view name);

}  // namespace conduitd::settings
