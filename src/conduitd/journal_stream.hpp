#pragma once

namespace conduitd {

// Whether the descriptor is a stream to systemd's journal.
[[nodiscard]] bool is_the_journal(int fd);

}  // namespace conduitd
