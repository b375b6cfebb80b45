#include "floor/frame_parser.hpp"

#include <algorithm>

namespace bench {

void FrameParser::take(std::string_view bytes, std::string& lines) {
    while (!bytes.empty()) {
        if (payload_left_ == 0 && !take_head(bytes)) return;
        const auto part = bytes.substr(0, payload_left_);
        if (is_data_) lines += part;
        bytes.remove_prefix(part.size());
        payload_left_ -= part.size();
        if (payload_left_ == 0 && is_data_ && is_last_) lines += '\n';
    }
}

bool FrameParser::take_head(std::string_view& bytes) {
    std::size_t needed = 2;
    while (true) {
        const auto count = std::min(needed - head_bytes_, bytes.size());
        std::copy_n(bytes.begin(), count, head_ + head_bytes_);
        head_bytes_ += count;
        bytes.remove_prefix(count);
        if (head_bytes_ < needed) return false;
        const auto size = head_[1] & 0x7f;
        const std::size_t whole = size < 126 ? 2 : size == 126 ? 4 : 10;
        if (needed == whole) break;
        needed = whole;
    }
    payload_left_ = head_[1] & 0x7f;
    if (needed > 2) payload_left_ = 0;
    for (std::size_t i = 2; i < needed; ++i) payload_left_ = payload_left_ << 8 | head_[i];
    is_data_ = (head_[0] & 0x0f) <= 2;
    is_last_ = (head_[0] & 0x80) != 0;
    head_bytes_ = 0;
    return true;
}

}  // namespace bench
