#include "twitch_sim/server/frame_queue.hpp"

#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

// Writes all there is, at most `at_once` bytes a time; the sizes of the pieces.
struct Written {
    std::string bytes;
    std::vector<std::size_t> pieces;
    std::vector<std::size_t> texts;  // whole with each piece
};
Written write_all(FrameQueue& queue, std::size_t at_once = SIZE_MAX) {
    Written written;
    for (auto piece = queue.next().bytes; !piece.empty(); piece = queue.next().bytes) {
        const auto taken = piece.substr(0, at_once);
        written.bytes += taken;
        written.pieces.push_back(taken.size());
        written.texts.push_back(queue.on_written(taken.size()));
    }
    return written;
}

TEST(FrameQueue, FramesAreWrittenTogetherBehindTheHead) {
    FrameQueue queue("HEAD");
    queue.push(Opcode::text, "one");
    queue.push(Opcode::text, "two");

    const auto written = write_all(queue);

    EXPECT_EQ(written.bytes, "HEAD\x81\x03one\x81\x03two");
    EXPECT_EQ(written.texts, (std::vector<std::size_t>{0, 2}));
    EXPECT_EQ(queue.bytes(), 0u);
}

TEST(FrameQueue, TextIsWrittenWithItsLastByte) {
    FrameQueue queue("");
    queue.push(Opcode::text, "ab");
    queue.push(Opcode::ping, "");
    queue.push(Opcode::text, "c");

    const auto written = write_all(queue, 1);

    EXPECT_EQ(written.texts, (std::vector<std::size_t>{0, 0, 0, 1, 0, 0, 0, 0, 1}));
}

TEST(FrameQueue, ShapedTextStandsAlone) {
    FrameQueue queue("");
    queue.push(Opcode::text, "a");
    queue.push(Opcode::text, "bcd", {.segment_bytes = 2, .pause_ms = 7});
    queue.push(Opcode::text, "e");

    EXPECT_EQ(queue.next().pause, Duration::zero());
    EXPECT_EQ(queue.next().bytes,
              "\x81\x01"
              "a");
    EXPECT_EQ(queue.on_written(3), 1u);
    EXPECT_EQ(queue.next().pause, std::chrono::milliseconds(7));
    const auto written = write_all(queue);

    EXPECT_EQ(written.pieces, (std::vector<std::size_t>{2, 2, 1, 3}));
    EXPECT_EQ(written.texts, (std::vector<std::size_t>{0, 0, 1, 1}));
}

TEST(FrameQueue, FragmentsMakeOneMessage) {
    FrameQueue queue("");
    queue.push(Opcode::text, "abcde", {.fragments = 2, .has_pings_between = true});

    const auto written = write_all(queue);

    EXPECT_EQ(written.bytes,
              "\x01\x02"
              "ab\x89\x07"
              "between\x80\x03"
              "cde");
    EXPECT_EQ(written.texts, (std::vector<std::size_t>{1}));
}

TEST(FrameQueue, MessageHasNoMoreFragmentsThanBytes) {
    FrameQueue queue("");
    queue.push(Opcode::text, "ab", {.fragments = 200});
    queue.push(Opcode::text, "", {.fragments = 200});

    EXPECT_EQ(write_all(queue).bytes, std::string("\x01\x01"
                                                  "a\x80\x01"
                                                  "b\x81\x00",
                                                  8));
}

TEST(FrameQueue, ClearedOneHasNothingToWrite) {
    FrameQueue queue("HEAD");
    queue.push(Opcode::text, "one");
    EXPECT_FALSE(queue.next().bytes.empty());

    queue.clear();

    EXPECT_TRUE(queue.next().bytes.empty());
    EXPECT_EQ(queue.bytes(), 0u);
}

}  // namespace
}  // namespace twitch_sim
