#include "twitch_sim/server/frame.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace twitch_sim {
namespace {

using namespace std::string_literals;

// A client's frame, masked with "mask".
std::string masked(unsigned char first, std::string_view payload) {
    constexpr std::string_view mask = "mask";
    std::string frame(1, static_cast<char>(first));
    if (payload.size() < 126) {
        frame.push_back(static_cast<char>(0x80 | payload.size()));
    } else {
        frame.push_back(static_cast<char>(0x80 | 126));
        frame.push_back(static_cast<char>(payload.size() >> 8));
        frame.push_back(static_cast<char>(payload.size() & 0xff));
    }
    frame.append(mask);
    for (std::size_t i = 0; i < payload.size(); ++i) {
        frame.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
    }
    return frame;
}

struct Reading {
    std::vector<ClientFrame> frames;
    bool is_broken = false;
};

Reading read_in_pieces(std::string_view bytes, std::size_t piece_bytes) {
    FrameReader reader;
    Reading reading;
    while (!bytes.empty()) {
        std::string_view piece = bytes.substr(0, piece_bytes);
        bytes.remove_prefix(piece.size());
        for (;;) {
            auto frame = reader.next(piece);
            if (!frame) {
                reading.is_broken = true;
                return reading;
            }
            if (!*frame) break;
            reading.frames.push_back(**frame);
        }
    }
    return reading;
}

bool is_refused(std::string_view bytes) {
    return read_in_pieces(bytes, bytes.size()).is_broken;
}

TEST(AppendFrame, LengthTakesAsFewBytesAsItCan) {
    std::string small;
    std::string medium;
    std::string large;

    append_frame(small, Opcode::text, std::string(125, 'x'));
    append_frame(medium, Opcode::text, std::string(0xffff, 'x'));
    append_frame(large, Opcode::text, std::string(0x10000, 'x'));

    EXPECT_EQ(small.substr(0, 3), "\x81\x7dx"s);
    EXPECT_EQ(medium.substr(0, 5), "\x81\x7e\xff\xffx"s);
    EXPECT_EQ(large.substr(0, 11), "\x81\x7f\0\0\0\0\0\1\0\0x"s);
    EXPECT_EQ(large.size(), 10u + 0x10000u);
}

TEST(AppendFrame, FramesFollowEachOtherInOneBuffer) {
    std::string out;

    append_frame(out, Opcode::ping, "a");
    append_frame(out, Opcode::close, make_close_payload(4003, "b"));

    EXPECT_EQ(out,
              "\x89\x01"
              "a"
              "\x88\x03\x0f\xa3"
              "b");
}

TEST(ClosePayload, ReasonIsCutToWhatAControlFrameHolds) {
    const std::string payload = make_close_payload(1000, std::string(500, 'r'));

    EXPECT_EQ(payload.size(), control_payload_bytes_max);
    EXPECT_EQ(parse_close_code(payload), 1000);
}

TEST(ClosePayload, WithoutCodeReadsAsNoCode) {
    EXPECT_EQ(parse_close_code(""), 1005);
    EXPECT_EQ(parse_close_code("\x03"), 1005);
}

TEST(FrameReader, FramesAreTheSameHoweverTheBytesAreCut) {
    const std::string bytes = masked(0x89, "ping") + masked(0x81, std::string(300, 'x')) +
                              masked(0x8a, "") + masked(0x88, make_close_payload(1001, "bye"));

    for (std::size_t piece_bytes = 1; piece_bytes <= bytes.size(); ++piece_bytes) {
        const Reading reading = read_in_pieces(bytes, piece_bytes);

        ASSERT_FALSE(reading.is_broken) << piece_bytes;
        ASSERT_EQ(reading.frames.size(), 4u) << piece_bytes;
        EXPECT_EQ(reading.frames[0].opcode, Opcode::ping);
        EXPECT_EQ(reading.frames[0].payload, "ping");
        EXPECT_EQ(reading.frames[1].opcode, Opcode::text);
        EXPECT_EQ(reading.frames[2].opcode, Opcode::pong);
        EXPECT_EQ(reading.frames[2].payload, "");
        EXPECT_EQ(reading.frames[3].opcode, Opcode::close);
        EXPECT_EQ(parse_close_code(reading.frames[3].payload), 1001);
    }
}

TEST(FrameReader, DataFrameIsGivenOutBeforeItsPayloadCame) {
    const Reading reading = read_in_pieces(masked(0x82, std::string(200, 'x')).substr(0, 8), 8);

    ASSERT_EQ(reading.frames.size(), 1u);
    EXPECT_EQ(reading.frames[0].opcode, Opcode::binary);
}

TEST(FrameReader, ControlFrameMayStandBetweenFragments) {
    const std::string bytes =
        masked(0x01, "a") + masked(0x8a, "pong") + masked(0x80, "b") + masked(0x81, "c");

    const Reading reading = read_in_pieces(bytes, bytes.size());

    EXPECT_FALSE(reading.is_broken);
    ASSERT_EQ(reading.frames.size(), 4u);
    EXPECT_EQ(reading.frames[1].payload, "pong");
    EXPECT_EQ(reading.frames[2].opcode, Opcode::continuation);
}

TEST(FrameReader, BrokenFramesAreRefused) {
    EXPECT_TRUE(is_refused("\x89\x01x"s)) << "not masked";
    EXPECT_TRUE(is_refused(masked(0xc9, ""))) << "reserved bit";
    EXPECT_TRUE(is_refused(masked(0x83, ""))) << "unknown data opcode";
    EXPECT_TRUE(is_refused(masked(0x8b, ""))) << "unknown control opcode";
    EXPECT_TRUE(is_refused(masked(0x09, ""))) << "fragmented control frame";
    EXPECT_TRUE(is_refused(masked(0x89, std::string(126, 'x')))) << "long control frame";
    EXPECT_TRUE(is_refused(masked(0x80, "x"))) << "continuation of nothing";
    EXPECT_TRUE(is_refused(masked(0x01, "a") + masked(0x81, "b"))) << "message within a message";
}

}  // namespace
}  // namespace twitch_sim
