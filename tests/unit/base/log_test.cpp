#include "base/log.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace conduitd {
namespace {

class Recorder final : public LogSink {
public:
    void write(LogLevel level, std::string_view area, std::string_view what,
               std::span<const LogField> fields) override {
        last_level = level;
        last_area = area;
        last_what = what;
        last_fields.assign(fields.begin(), fields.end());
    }

    LogLevel last_level{};
    std::string last_area;
    std::string last_what;
    std::vector<LogField> last_fields;
};

TEST(Log, HandsOverLevelAreaAndWhatHappened) {
    Recorder recorder;
    const Log log(recorder, "worker");

    log.warn("claim refused");

    EXPECT_EQ(recorder.last_level, LogLevel::warn);
    EXPECT_EQ(recorder.last_area, "worker");
    EXPECT_EQ(recorder.last_what, "claim refused");
    EXPECT_TRUE(recorder.last_fields.empty());
}

TEST(Log, KeepsTheOrderOfFieldsAndFormatsTheirValues) {
    Recorder recorder;
    const Log log(recorder, "worker");
    constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

    log.info("claim accepted", {{"shard", 3}, {"session", "AgoQ"}, {"same", true}, {"n", largest}});

    ASSERT_EQ(recorder.last_fields.size(), 4u);
    EXPECT_EQ(recorder.last_fields[0].key, "shard");
    EXPECT_EQ(recorder.last_fields[0].value, "3");
    EXPECT_EQ(recorder.last_fields[1].value, "AgoQ");
    EXPECT_EQ(recorder.last_fields[2].value, "true");
    EXPECT_EQ(recorder.last_fields[3].value, "18446744073709551615");
}

}  // namespace
}  // namespace conduitd
