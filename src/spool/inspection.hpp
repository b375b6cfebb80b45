#pragma once

#include "spool/cursor.hpp"
#include "spool/file_system.hpp"
#include "spool/gap.hpp"
#include "spool/record.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

// One segment as its file has it.
struct InspectedSegment {
    std::string file;
    bool is_header_whole = false;
    std::uint64_t first = 0;
    std::uint64_t end = 0;  // behind the last record that can be read
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;          // of the file
    std::uint64_t damaged_bytes = 0;  // between records
    std::uint64_t tail_bytes = 0;     // behind them; of the last segment: being written, or torn
    bool has_end_mark = false;
    std::optional<WallTime> since;
    std::optional<WallTime> until;
};

struct InspectedCursor {
    std::string consumer;
    std::optional<Cursor> cursor;  // empty when it cannot be read
};

struct Inspection {
    std::optional<SpoolId> spool_id;  // empty when no file says it
    std::vector<InspectedSegment> segments;
    std::vector<InspectedCursor> cursors;
    // Cursors, ids and losses that are not what was written; some can be read nevertheless.
    std::vector<std::string> damaged_files;
    // Records that there were, and that no file has. Not those that were dropped at a limit, or not
    // kept for a consumer which is away for longer than the default of `consumer_ttl`.
    std::vector<SpoolGap> missing;
    bool has_files = false;  // without any this is no spool
    ErrorCode error;         // why the rest was not looked at
    std::string file;        // that the error is about; may be empty

    // Every file is what was written. The last segment may have a tail: it may be written to.
    [[nodiscard]] bool is_whole() const;
};

// Looks at all of a spool's records, in order, without changing anything: it may be in use. What
// the writer adds or removes meanwhile may be seen or not; it is no loss.
[[nodiscard]] Inspection inspect(FileSystem& files,
                                 const std::function<void(const RecordView&)>& take);

}  // namespace conduitd
