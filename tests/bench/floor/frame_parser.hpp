#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

// A server's WebSocket frames as lines, with as little work as that takes: nothing is checked, and
// control frames are passed over. Bytes may be cut anywhere.
class FrameParser {
public:
    // Appends what `bytes` hold of messages, with a line break behind each.
    void take(std::string_view bytes, std::string& lines);

private:
    // The head as far as it is there; true when it is whole.
    [[nodiscard]] bool take_head(std::string_view& bytes);

    std::uint8_t head_[10] = {};
    std::size_t head_bytes_ = 0;
    std::uint64_t payload_left_ = 0;
    bool is_data_ = false;
    bool is_last_ = false;
};

}  // namespace bench
