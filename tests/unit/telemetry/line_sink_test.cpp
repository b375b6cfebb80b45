#include "telemetry/line_sink.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace conduitd {
namespace {

// A stream that takes `room` bytes and then no more.
struct Stream {
    std::string taken;
    std::size_t room = 1'000'000;

    std::size_t take(std::string_view text) {
        const auto part = text.substr(0, std::min(room, text.size()));
        room -= part.size();
        taken += part;
        return part.size();
    }
};

class LineSinkTest : public testing::Test {
protected:
    void log(std::string_view line) {
        sink_.log(spdlog::details::log_msg("test", spdlog::level::info,
                                           spdlog::string_view_t(line.data(), line.size())));
    }

    Stream stream_;
    LineSink sink_{[this](std::string_view text) { return stream_.take(text); },
                   [](std::uint64_t dropped) { return "dropped " + std::to_string(dropped); }};
};

TEST_F(LineSinkTest, HandsOverEachLineAtOnce) {
    log("one");
    EXPECT_EQ(stream_.taken, "one\n");

    log("{} %v two");
    EXPECT_EQ(stream_.taken, "one\n{} %v two\n");
}

TEST_F(LineSinkTest, SaysHowManyLinesWereDroppedWhenTheNextGetsThrough) {
    stream_.room = 0;
    log("one");
    log("two");
    ASSERT_EQ(stream_.taken, "");

    stream_.room = 1000;
    log("three");
    log("four");

    EXPECT_EQ(stream_.taken, "dropped 2\nthree\nfour\n");
}

TEST_F(LineSinkTest, EndsATornLineBeforeTheNext) {
    stream_.room = 2;
    log("one");
    log("two");

    stream_.room = 1000;
    log("three");

    EXPECT_EQ(stream_.taken, "on\ndropped 2\nthree\n");
}

// The notice is given again, since nobody can tell how much of it was read.
TEST_F(LineSinkTest, KeepsCountingWhenOnlyTheNoticeGetsThrough) {
    stream_.room = 0;
    log("one");
    stream_.room = std::string_view("dropped 1\n").size();
    log("two");

    stream_.room = 1000;
    log("three");

    EXPECT_EQ(stream_.taken, "dropped 1\ndropped 2\nthree\n");
}

}  // namespace
}  // namespace conduitd
