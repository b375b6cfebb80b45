#pragma once

#include "config/parse_value.hpp"
#include "config/setting.hpp"

#include <string>
#include <string_view>

// The wording of a problem: one line that says where, which key, what was found, what is allowed
// and what to do.
namespace conduitd::settings {

// `what` and `advice` are phrases of our own and printed as they are; `where` and `key` may be
// anything and are made printable.
[[nodiscard]] std::string describe(std::string_view where, std::string_view key,
                                   std::string_view what, std::string_view advice);

// For a value that `setting.apply` refused. The value is shown only where that is safe.
[[nodiscard]] std::string describe_value(std::string_view where, const Setting& setting,
                                         std::string_view value, const Refusal& refusal);

// "allowed: ...; correct it, or remove it for the default (...)".
[[nodiscard]] std::string allowed(const Setting& setting);

}  // namespace conduitd::settings
