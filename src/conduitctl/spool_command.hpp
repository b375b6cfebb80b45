#pragma once

#include "conduitctl/exit_code.hpp"

#include <cstddef>
#include <string>

namespace conduitctl {

enum class OutputFormat { text, json };

enum class SpoolVerb {
    list,    // segments and cursors
    verify,  // whether every file is what was written
    dump,    // all records, one a line
    tail,    // the last records
};

struct SpoolOrder {
    SpoolVerb verb = SpoolVerb::list;
    std::string folder;
    std::size_t records = 10;  // of `tail`
};

// Looks at the files of a spool, in use or not, and changes none of them. Prints to stdout; failed
// when the folder cannot be read, holds no spool or, for all but `list`, is damaged.
[[nodiscard]] ExitCode look_at_spool(const SpoolOrder& order, OutputFormat format);

}  // namespace conduitctl
