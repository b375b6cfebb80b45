#pragma once

#include "base/error.hpp"
#include "config/load.hpp"
#include "config/sources.hpp"

#include <string>
#include <string_view>

namespace conduitd::settings {

// What reading a configuration's files gives, also where the caller set no reader: then no file
// exists.
[[nodiscard]] Result<std::string> read_file(const ConfigInput& input, const std::string& path);

// Why such a file could not be read, in words that say which files are taken.
[[nodiscard]] std::string why_unreadable(const ErrorCode& error);

[[nodiscard]] bool is_missing(const ErrorCode& error);

// Blanks and line breaks around a secret are dropped: editors and `echo` put them there.
[[nodiscard]] std::string trimmed(std::string_view text);

// Adds the secret in the file `path`, which `origin` named and which has to be there. A file that
// cannot be read or holds nothing is a problem.
void collect_secret_file(const ConfigInput& input, const Setting& setting, Rank rank,
                         const std::string& origin, const std::string& path, Sources& sources);

}  // namespace conduitd::settings
