#include "twitch_sim/server/frame_queue.hpp"

#include <algorithm>
#include <utility>

namespace twitch_sim {

namespace {

// Frames are written together up to this size.
constexpr std::size_t batch_bytes = 64UL * 1024;

constexpr std::string_view ping_between = "between";

bool is_shaped(const WireShape& shape) {
    return shape != WireShape();
}

// The message in as many frames as wanted, and in no more than it has bytes.
void append_fragments(std::string& out, Opcode opcode, std::string_view payload,
                      const WireShape& shape) {
    const std::size_t fragments =
        std::clamp<std::size_t>(payload.size(), 1, std::max<std::size_t>(shape.fragments, 1));
    for (std::size_t left = fragments; left > 0; --left) {
        const std::string_view part = payload.substr(0, payload.size() / left);
        payload.remove_prefix(part.size());
        append_fragment(out, left == fragments ? opcode : Opcode::continuation, part, left == 1);
        if (left > 1 && shape.has_pings_between) append_frame(out, Opcode::ping, ping_between);
    }
}

}  // namespace

void FrameQueue::push(Opcode opcode, std::string payload, WireShape shape) {
    queued_bytes_ += payload.size();
    queue_.push_back({opcode, std::move(payload), shape});
}

void FrameQueue::clear() {
    queue_.clear();
    queued_bytes_ = 0;
    batch_.clear();
    batch_written_ = 0;
    batch_shape_ = {};
    text_ends_.clear();
}

FrameQueue::Piece FrameQueue::next() {
    if (batch_written_ == batch_.size()) fill_batch();
    std::string_view bytes = std::string_view(batch_).substr(batch_written_);
    if (batch_shape_.segment_bytes > 0) bytes = bytes.substr(0, batch_shape_.segment_bytes);
    return {bytes, std::chrono::milliseconds(batch_shape_.pause_ms)};
}

std::size_t FrameQueue::on_written(std::size_t bytes) {
    batch_written_ = std::min(batch_written_ + bytes, batch_.size());
    std::size_t texts = 0;
    while (!text_ends_.empty() && text_ends_.front() <= batch_written_) {
        text_ends_.pop_front();
        ++texts;
    }
    return texts;
}

void FrameQueue::fill_batch() {
    batch_.clear();
    batch_written_ = 0;
    batch_shape_ = {};
    while (!queue_.empty() && batch_.size() < batch_bytes) {
        const bool is_alone = is_shaped(queue_.front().shape);
        if (is_alone && !batch_.empty()) return;
        append(queue_.front());
        batch_shape_ = queue_.front().shape;
        queued_bytes_ -= queue_.front().payload.size();
        queue_.pop_front();
        if (is_alone) return;
    }
}

void FrameQueue::append(const Frame& frame) {
    append_fragments(batch_, frame.opcode, frame.payload, frame.shape);
    if (frame.opcode == Opcode::text) text_ends_.push_back(batch_.size());
}

}  // namespace twitch_sim
