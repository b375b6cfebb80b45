#pragma once

#include "base/error.hpp"

#include <type_traits>

namespace conduitd {

enum class SpoolError {
    foreign_file = 1,   // a file that is not of this spool; nothing was touched
    newer_format,       // written by a later version; nothing was touched
    damaged,            // a document's checksum does not fit
    file_removed,       // somebody removed it while it was written to
    folder_removed,     // somebody removed the folder of the spool
    symbolic_link,      // stands where a file should, and is not followed
    locked,             // another process writes this spool
    bad_consumer_name,  // not 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit
    unknown_consumer,   // no cursor of that name
    too_many_consumers,
    consumer_is_connected,  // and so cannot be removed
    ack_beyond_end,         // of what no sink can have seen
};

const boost::system::error_category& spool_category();
ErrorCode make_error_code(SpoolError error);

}  // namespace conduitd

template <>
struct boost::system::is_error_code_enum<conduitd::SpoolError> : std::true_type {};
