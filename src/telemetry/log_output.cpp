#include "telemetry/log_output.hpp"

#include "telemetry/journal_priority.hpp"
#include "telemetry/line_sink.hpp"
#include "telemetry/log_render.hpp"

#include <spdlog/details/os.h>
#include <spdlog/logger.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>

namespace conduitd {
namespace {

std::string render(OutputShape shape, LinePrefix prefix, LogLevel level, std::string_view area,
                   std::string_view what, std::span<const LogField> fields) {
    const LogLine line{spdlog::details::os::now(), level, area, what, fields};
    std::string out(prefix == LinePrefix::priority ? journal_priority(level) : "");
    return out += shape == OutputShape::json ? render_json(line) : render_text(line);
}

LineSink::DroppedNotice dropped_notice(OutputShape shape, LinePrefix prefix) {
    return [shape, prefix](std::uint64_t dropped) {
        const LogField count("count", dropped);
        return render(shape, prefix, LogLevel::warn, "telemetry", "log lines dropped", {&count, 1});
    };
}

class LogOutput final : public LogSink {
public:
    LogOutput(LogLevel minimum, OutputShape shape, TakeBytes take, LinePrefix prefix)
        : minimum_(minimum),
          shape_(shape),
          prefix_(prefix),
          logger_("conduitd",
                  std::make_shared<LineSink>(std::move(take), dropped_notice(shape, prefix))) {
        logger_.set_error_handler([](const std::string&) {});  // by default on stderr, again
    }

    void write(LogLevel level, std::string_view area, std::string_view what,
               std::span<const LogField> fields) override {
        if (level < minimum_) return;
        try {
            // Levels were looked at above; spdlog lets everything through.
            logger_.log(spdlog::level::critical,
                        render(shape_, prefix_, level, area, what, fields));
        } catch (const std::exception&) {  // bad_alloc: without memory for a line there is none
        }
    }

private:
    LogLevel minimum_;
    OutputShape shape_;
    LinePrefix prefix_;
    spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<LogSink> make_log_output(LogLevel minimum, OutputShape shape, TakeBytes take,
                                         LinePrefix prefix) {
    return std::make_unique<LogOutput>(minimum, shape, std::move(take), prefix);
}

std::unique_ptr<LogSink> make_log_output(LogLevel minimum, OutputShape shape) {
    return make_log_output(minimum, shape, [](std::string_view text) {
        return std::fwrite(text.data(), 1, text.size(), stderr);  // unbuffered
    });
}

}  // namespace conduitd
