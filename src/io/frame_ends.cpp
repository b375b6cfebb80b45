#include "io/frame_ends.hpp"

#include <algorithm>

namespace conduitd {
namespace {

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint8_t>(bytes[at]);
}

// Of the frame that the bytes begin with, head included; 0 as long as they do not say (RFC 6455,
// section 5.2).
std::uint64_t frame_bytes(std::string_view head) {
    constexpr std::uint64_t payload_max = std::uint64_t{1} << 62;
    if (head.size() < 2) return 0;
    const std::size_t length = byte_at(head, 1) & 0x7f;
    if (length < 126) return 2 + length;
    const std::size_t head_bytes = length == 126 ? 4 : 10;
    if (head.size() < head_bytes) return 0;
    std::uint64_t payload = 0;
    for (std::size_t i = 2; i < head_bytes; ++i) payload = payload << 8 | byte_at(head, i);
    return head_bytes + std::min(payload, payload_max);
}

}  // namespace

std::size_t FrameEnds::piece(std::string_view input) {
    if (!is_answered_ && !input.empty()) {
        constexpr std::string_view end_of_answer = "\r\n\r\n";
        const auto end = input.find(end_of_answer);
        is_answered_ = true;
        is_lost_ = end == std::string_view::npos;
        if (!is_lost_) piece_left_ = end + end_of_answer.size();
    }
    if (is_lost_) return input.size();
    if (piece_left_ > 0) return std::min<std::uint64_t>(piece_left_, input.size());

    char head[head_bytes_max];
    std::copy_n(head_, head_bytes_, head);
    const auto more = std::min(head_bytes_max - head_bytes_, input.size());
    std::copy_n(input.data(), more, head + head_bytes_);
    const auto whole = frame_bytes({head, head_bytes_ + more});
    return whole == 0 ? input.size() : std::min<std::uint64_t>(whole - head_bytes_, input.size());
}

void FrameEnds::pass(std::string_view bytes) {
    if (is_lost_) return;
    while (!bytes.empty()) {
        if (piece_left_ > 0) {
            const auto part = std::min<std::uint64_t>(piece_left_, bytes.size());
            piece_left_ -= part;
            bytes.remove_prefix(part);
            continue;
        }
        head_[head_bytes_++] = bytes.front();
        bytes.remove_prefix(1);
        if (const auto whole = frame_bytes({head_, head_bytes_}); whole > 0) {
            piece_left_ = whole - head_bytes_;
            head_bytes_ = 0;
        }
    }
}

}  // namespace conduitd
