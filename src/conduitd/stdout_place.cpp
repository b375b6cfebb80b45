#include "conduitd/stdout_place.hpp"

#include "io/environment.hpp"
#include "io/files.hpp"
#include "io/output.hpp"

#include <unistd.h>

namespace conduitd {

// systemd names the journal's stream by the device and inode of its socket.
bool is_stdout_the_journal() {
    const auto environment = read_environment();
    const auto found = environment.find("JOURNAL_STREAM");
    return found != environment.end() && found->second == identity_of(STDOUT_FILENO);
}

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
