#pragma once

#include "base/log.hpp"

#include <string>
#include <vector>

namespace conduitd {

// Keeps each line as "warn token request failed reason=… retry_ms=…".
class RecordingLog final : public LogSink {
public:
    void write(LogLevel level, std::string_view, std::string_view what,
               std::span<const LogField> fields) override {
        constexpr std::string_view names[] = {"debug", "info", "warn", "error"};
        std::string line(names[static_cast<std::size_t>(level)]);
        line.append(" ").append(what);
        for (const auto& field : fields) {
            line.append(" ").append(field.key).append("=").append(field.value);
        }
        lines.push_back(std::move(line));
    }

    [[nodiscard]] std::size_t count(std::string_view text) const {
        std::size_t hits = 0;
        for (const auto& line : lines) {
            if (line.find(text) != std::string::npos) ++hits;
        }
        return hits;
    }

    std::vector<std::string> lines;
};

}  // namespace conduitd
