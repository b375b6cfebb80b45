#pragma once

#include "base/log.hpp"

#include <string>
#include <utility>
#include <vector>

namespace conduitd {

// Keeps log lines until they can be written on the thread that owns the log.
class HeldLog : public LogSink {
public:
    struct Line {
        LogLevel level;
        std::string_view area;  // both of these are literals
        std::string what;
        std::vector<LogField> fields;
    };

    void write(LogLevel level, std::string_view area, std::string_view what,
               std::span<const LogField> fields) override {
        lines_.push_back({level, area, std::string(what), {fields.begin(), fields.end()}});
    }

    [[nodiscard]] std::vector<Line> take() { return std::exchange(lines_, {}); }

    static void write_to(LogSink& sink, const std::vector<Line>& lines) {
        for (const auto& line : lines) sink.write(line.level, line.area, line.what, line.fields);
    }

private:
    std::vector<Line> lines_;
};

}  // namespace conduitd
