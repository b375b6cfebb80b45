#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace conduitd {

// The whole file, at most `bytes_max` (errc::file_too_large); directories and devices are refused.
[[nodiscard]] Result<std::string> read_file(const std::string& path,
                                            std::size_t bytes_max = 1024 * 1024);

// Writes beside `path`, syncs, renames over it, syncs the folder: a reader sees the old text or the
// new one. The file gets mode 0600 whatever the umask.
[[nodiscard]] ErrorCode replace_file(const std::string& path, std::string_view text);

// Makes the folder and its parents, mode 0700 for those that were missing. The path must end up a
// folder that this process can write to.
[[nodiscard]] ErrorCode make_private_folder(const std::string& path);

}  // namespace conduitd
