#pragma once

#include <concepts>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace conduitd {

enum class LogLevel { debug, info, warn, error };

// One `key=value` of a log line. Values are text; numbers and booleans are formatted here.
struct LogField {
    std::string_view key;
    std::string value;

    LogField(std::string_view name, std::string text) : key(name), value(std::move(text)) {}
    LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
    LogField(std::string_view name, const char* text) : key(name), value(text) {}
    LogField(std::string_view name, bool flag) : key(name), value(flag ? "true" : "false") {}
    template <std::integral T>
    requires(!std::same_as<T, bool>) LogField(std::string_view name, T number)
        : key(name), value(std::to_string(number)) {}
};

// Where log lines go. The core knows only this; what writes them stands in `telemetry/`.
class LogSink {
public:
    virtual ~LogSink() = default;

    // `area` is the folder the line comes from; `what` is what happened, without values.
    virtual void write(LogLevel level, std::string_view area, std::string_view what,
                       std::span<const LogField> fields) = 0;
};

// The logger of one folder: `log.info("claim accepted", {{"shard", 3}, {"session", id}})`.
// Never given tokens, secrets, reconnect URLs (they carry a challenge) or payloads.
class Log {
public:
    // `sink` outlives every copy of this logger.
    Log(LogSink& sink, std::string_view area) : sink_(&sink), area_(area) {}

    using Fields = std::initializer_list<LogField>;
    void debug(std::string_view what, Fields fields = {}) const {
        write(LogLevel::debug, what, fields);
    }
    void info(std::string_view what, Fields fields = {}) const {
        write(LogLevel::info, what, fields);
    }
    void warn(std::string_view what, Fields fields = {}) const {
        write(LogLevel::warn, what, fields);
    }
    void error(std::string_view what, Fields fields = {}) const {
        write(LogLevel::error, what, fields);
    }

private:
    void write(LogLevel level, std::string_view what, Fields fields) const {
        sink_->write(level, area_, what, {fields.begin(), fields.size()});
    }

    LogSink* sink_;
    std::string_view area_;
};

}  // namespace conduitd
