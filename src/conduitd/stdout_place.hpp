#pragma once

#include <string>

namespace conduitd {

// Whether stdout was the same file or pipe at the start before, as a file in the spool's folder
// says, which is written anew. Where that cannot be told it may have been. False without a folder.
[[nodiscard]] bool was_stdout_the_same(const std::string& spool_dir);

}  // namespace conduitd
