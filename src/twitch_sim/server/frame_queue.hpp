#pragma once

#include "twitch_sim/model/model.hpp"
#include "twitch_sim/server/frame.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace twitch_sim {

// The frames that wait for a socket, and the bytes of those that are being written: many frames at
// a time, unless a text's shape says otherwise; such a text is written by itself.
//
// Protocol: next(), write some of the piece, on_written(); again, until the piece is empty.
class FrameQueue {
public:
    // `head` goes out before all frames.
    explicit FrameQueue(std::string head) : batch_(std::move(head)) {}

    void push(Opcode opcode, std::string payload, WireShape shape = {});

    // Forgets everything, also what was begun.
    void clear();

    [[nodiscard]] std::size_t bytes() const { return queued_bytes_; }  // that wait

    // What to write now, after a pause of virtual time. Lives until the next call.
    struct Piece {
        std::string_view bytes;
        Duration pause{};
    };
    [[nodiscard]] Piece next();

    // So many bytes of the piece are written; answers how many texts are whole with them.
    std::size_t on_written(std::size_t bytes);

private:
    struct Frame {
        Opcode opcode;
        std::string payload;
        WireShape shape;
    };

    void fill_batch();
    void append(const Frame& frame);

    std::deque<Frame> queue_;
    std::size_t queued_bytes_ = 0;

    std::string batch_;
    WireShape batch_shape_;
    std::size_t batch_written_ = 0;
    std::deque<std::size_t> text_ends_;  // where in the batch its unwritten texts end
};

}  // namespace twitch_sim
