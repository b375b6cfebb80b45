#pragma once

#include "base/log.hpp"

#include <string_view>

namespace conduitd {

// What stands before a line to the journal and is taken off by it: the line's priority, as
// sd-daemon(3) has it. `journalctl -p warning` then finds what a terminal would have to search for.
[[nodiscard]] constexpr std::string_view journal_priority(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "<7>";
        case LogLevel::info:
            return "<6>";
        case LogLevel::warn:
            return "<4>";
        case LogLevel::error:
            return "<3>";
    }
    return "<3>";
}

}  // namespace conduitd
