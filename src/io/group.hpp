#pragma once

#include "base/error.hpp"

#include <string>
#include <sys/types.h>

namespace conduitd {

// A group of this system, by name or else by number, as chgrp has it; a number need not be known.
// Error: make_no_such_group_error().
[[nodiscard]] Result<gid_t> find_group(const std::string& text);

// An error of its own: the system's for it would be the one for whatever else it does not like.
[[nodiscard]] ErrorCode make_no_such_group_error();

}  // namespace conduitd
