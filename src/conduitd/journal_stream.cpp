#include "conduitd/journal_stream.hpp"

#include "io/environment.hpp"
#include "io/output.hpp"

namespace conduitd {

// systemd names the journal's stream by the device and inode of its socket (systemd.exec(5)).
bool is_the_journal(int fd) {
    const auto environment = read_environment();
    const auto found = environment.find("JOURNAL_STREAM");
    return found != environment.end() && found->second == identity_of(fd);
}

}  // namespace conduitd
