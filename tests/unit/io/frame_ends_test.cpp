#include "io/frame_ends.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace conduitd {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view upgrade =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

std::string frame(std::size_t payload_bytes) {
    std::string bytes = "\x81";
    if (payload_bytes < 126) {
        bytes += static_cast<char>(payload_bytes);
    } else if (payload_bytes < 65536) {
        bytes += {126, static_cast<char>(payload_bytes >> 8), static_cast<char>(payload_bytes)};
    } else {
        bytes += 127;
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes += static_cast<char>(payload_bytes >> shift);
        }
    }
    return bytes + std::string(payload_bytes, '\x81');
}

// The sizes of the pieces when `input` comes in parts of `part_bytes`, and every piece is taken up
// to `read_bytes` at a time.
std::vector<std::size_t> cut(FrameEnds& ends, std::string_view input, std::size_t part_bytes,
                             std::size_t read_bytes) {
    std::vector<std::size_t> pieces;
    while (!input.empty()) {
        auto part = input.substr(0, part_bytes);
        input.remove_prefix(part.size());
        while (!part.empty()) {
            const auto taken = std::min(ends.piece(part), read_bytes);
            ends.pass(part.substr(0, taken));
            part.remove_prefix(taken);
            pieces.push_back(taken);
        }
    }
    return pieces;
}

TEST(FrameEnds, AnswerAndEveryFrameAreAPieceEach) {
    FrameEnds ends;
    const auto input = std::string(upgrade) + frame(0) + frame(125) + frame(126) + frame(65535) +
                       frame(65536) + frame(3);

    const auto pieces = cut(ends, input, input.size(), input.size());

    EXPECT_THAT(pieces, ElementsAre(upgrade.size(), 2, 127, 130, 65539, 65546, 5));
}

TEST(FrameEnds, ReadThatIsSmallerThanAFrameDoesNotLoseTheEnds) {
    FrameEnds ends;
    const auto input = std::string(upgrade) + frame(1400) + frame(1400);
    ASSERT_EQ(ends.piece(input), upgrade.size());
    ends.pass(upgrade);

    const auto pieces = cut(ends, std::string_view(input).substr(upgrade.size()), 4000, 1000);

    EXPECT_THAT(pieces, ElementsAre(1000, 404, 1000, 404));
}

TEST(FrameEnds, InputThatEndsAnywhereDoesNotLoseTheEnds) {
    const auto frames = frame(5) + frame(200) + frame(70'000) + frame(1);
    for (std::size_t part = 1; part < 300; ++part) {
        FrameEnds ends;
        ASSERT_EQ(ends.piece(upgrade), upgrade.size());
        ends.pass(upgrade);
        (void)cut(ends, frames, part, part);

        const auto pieces = cut(ends, frame(9) + frame(10), 100, 100);

        EXPECT_THAT(pieces, ElementsAre(11, 12)) << "in parts of " << part;
    }
}

TEST(FrameEnds, AnswerThatComesInPartsIsNotCutAndNeitherIsTheRest) {
    FrameEnds ends;
    const auto input = std::string(upgrade) + frame(5) + frame(5);

    const auto pieces = cut(ends, input, upgrade.size() - 1, input.size());

    EXPECT_THAT(pieces, ElementsAre(upgrade.size() - 1, 15));
}

TEST(FrameEnds, LengthBeyondReasonIsAPieceWithoutEnd) {
    FrameEnds ends;
    ends.pass(std::string_view(upgrade).substr(0, ends.piece(upgrade)));
    const std::string head = "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff";

    EXPECT_EQ(ends.piece(head + "rest"), head.size() + 4);
    ends.pass(head + "rest");

    EXPECT_EQ(ends.piece("more"), 4U);
}

}  // namespace
}  // namespace conduitd
