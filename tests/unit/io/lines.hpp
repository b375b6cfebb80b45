#pragma once

#include "base/log.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace conduitd::test {

// A log whose lines are kept, without their fields.
class Lines : public LogSink {
public:
    void write(LogLevel, std::string_view, std::string_view what,
               std::span<const LogField>) override {
        lines.emplace_back(what);
    }
    std::vector<std::string> lines;
};

}  // namespace conduitd::test
