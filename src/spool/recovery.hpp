#pragma once

#include "base/log.hpp"
#include "spool/cursor.hpp"
#include "spool/file_system.hpp"
#include "spool/losses.hpp"
#include "spool/segment.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

// What a folder held, after a clean end or any other.
struct Recovered {
    SpoolId spool_id{};
    Segments segments;
    std::uint64_t next_sequence = 1;  // never given out before
    std::uint64_t last_written = 0;   // the `follows` of the next segment
    bool was_cut_off = false;         // there was a process before, and it did not end well
    std::optional<WallTime> last_received_at;  // of the last record that is left
    std::map<std::string, Cursor> cursors;
    std::map<std::uint64_t, bool> ids_files;  // first sequence -> whether it looks whole
    Losses losses;
};

struct RecoveryAnswer {
    std::optional<Recovered> recovered;  // empty when refused
    ErrorCode error;
    std::string file;  // that the error is about; may be empty
};

// Reads what the folder holds, says to `log` what is wrong with it, and puts right what a crash may
// leave: unfinished files go, a torn tail is cut, the last segment is synced. The caller holds the
// lock.
//
// Only the last segment is read through: the end of every other stands in the header of the one
// behind it. Damage inside those is found by who reads them.
//
// Refuses (foreign_file, newer_format, what the calls fail with) before it changes anything.
// `fresh_id` is the spool's where no file has one.
[[nodiscard]] RecoveryAnswer recover(FileSystem& files, const SpoolId& fresh_id, const Log& log);

}  // namespace conduitd
