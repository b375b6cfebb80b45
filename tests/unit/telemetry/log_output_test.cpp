#include "telemetry/log_output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace conduitd {
namespace {

using testing::MatchesRegex;

constexpr char time_shape[] = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z";

TEST(LogOutput, WritesTextLinesToStderr) {
    testing::internal::CaptureStderr();
    const auto output = make_log_output(LogLevel::info, OutputShape::text);

    Log(*output, "worker").info("claim accepted", {{"shard", 3}});

    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                MatchesRegex(std::string(time_shape) + " info worker: claim accepted shard=3\n"));
}

TEST(LogOutput, WritesJsonLines) {
    std::string taken;
    const auto output = make_log_output(LogLevel::info, OutputShape::json, [&](auto text) {
        taken += text;
        return text.size();
    });

    Log(*output, "worker").error("{} %v", {{"a", "b"}});

    EXPECT_THAT(taken, MatchesRegex("\\{\"time\":\"" + std::string(time_shape) +
                                    "\",\"level\":\"error\",\"area\":\"worker\","
                                    "\"message\":\"\\{\\} %v\",\"a\":\"b\"\\}\n"));
}

TEST(LogOutput, LineForTheJournalBeginsWithItsPriority) {
    for (const auto shape : {OutputShape::text, OutputShape::json}) {
        std::string taken;
        const auto output = make_log_output(
            LogLevel::debug, shape,
            [&](auto text) {
                taken += text.substr(0, 3);
                return text.size();
            },
            LinePrefix::priority);
        const Log log(*output, "a");

        log.debug("debug");
        log.info("info");
        log.warn("warn");
        log.error("error");

        EXPECT_EQ(taken, "<7><6><4><3>");
    }
}

// The journal takes the priority off each line, so a notice ahead of a line needs its own.
TEST(LogOutput, NoticeOfDroppedLinesHasItsPriorityToo) {
    std::string taken;
    bool is_full = true;
    const auto output = make_log_output(
        LogLevel::info, OutputShape::text,
        [&](auto text) {
            if (!is_full) taken += text;
            return is_full ? 0 : text.size();
        },
        LinePrefix::priority);
    Log(*output, "a").info("dropped");
    is_full = false;

    Log(*output, "a").error("taken");

    EXPECT_THAT(taken, MatchesRegex("<4>.* log lines dropped count=1\n<3>.* taken\n"));
}

TEST(LogOutput, WritesNothingBelowTheMinimum) {
    std::string taken;
    const auto output = make_log_output(LogLevel::warn, OutputShape::text, [&](auto text) {
        taken += text.substr(25);
        return text.size();
    });
    const Log log(*output, "a");

    log.debug("debug");
    log.info("info");
    log.warn("warn");
    log.error("error");

    EXPECT_EQ(taken, "warn a: warn\nerror a: error\n");
}

TEST(LogOutput, NotesDroppedLinesInItsOwnShape) {
    std::string taken;
    bool has_room = false;
    const auto output = make_log_output(LogLevel::info, OutputShape::text, [&](auto text) {
        if (!has_room) return std::size_t{0};
        taken += text;
        return text.size();
    });
    const Log log(*output, "a");
    log.info("one");

    has_room = true;
    log.info("two");

    EXPECT_THAT(taken, MatchesRegex(std::string(time_shape) +
                                    " warn telemetry: log lines dropped count=1\n" + time_shape +
                                    " info a: two\n"));
}

TEST(LogOutput, SurvivesAStreamThatThrows) {
    const auto output = make_log_output(LogLevel::info, OutputShape::text, [](auto) -> std::size_t {
        throw std::runtime_error("no memory");
    });

    EXPECT_NO_THROW(Log(*output, "a").info("one"));
}

}  // namespace
}  // namespace conduitd
