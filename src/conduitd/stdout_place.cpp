#include "conduitd/stdout_place.hpp"

#include "io/files.hpp"
#include "io/output.hpp"

#include <unistd.h>

namespace conduitd {

bool was_stdout_the_same(const std::string& spool_dir) {
    if (spool_dir.empty()) return false;
    const auto path = spool_dir + "/stdout";
    const auto before = read_file(path);
    const auto now = identity_of(STDOUT_FILENO);
    if (before && *before == now) return true;
    (void)replace_file(path, now);
    return !before;
}

}  // namespace conduitd
