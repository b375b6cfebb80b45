#include "load_generator/client_frames.hpp"

#include <cstddef>
#include <cstdint>

namespace bench {

std::optional<ClientFrame> take_client_frame(std::string& bytes) {
    constexpr std::size_t mask_bytes = 4;
    const auto byte = [&bytes](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
    if (bytes.size() < 2) return std::nullopt;
    std::size_t payload_bytes = byte(1) & 0x7f;
    std::size_t head_bytes = 2;
    if (payload_bytes >= 126) {
        const std::size_t size_bytes = payload_bytes == 126 ? 2 : 8;
        head_bytes += size_bytes;
        if (bytes.size() < head_bytes) return std::nullopt;
        payload_bytes = 0;
        for (std::size_t i = 2; i < head_bytes; ++i) payload_bytes = payload_bytes << 8 | byte(i);
    }
    const bool is_masked = (byte(1) & 0x80) != 0;
    const auto mask_at = head_bytes;
    if (is_masked) head_bytes += mask_bytes;
    if (bytes.size() < head_bytes || bytes.size() - head_bytes < payload_bytes) return std::nullopt;

    ClientFrame frame{static_cast<Opcode>(byte(0) & 0x0f), bytes.substr(head_bytes, payload_bytes)};
    for (std::size_t i = 0; is_masked && i < payload_bytes; ++i) {
        frame.payload[i] = static_cast<char>(frame.payload[i] ^ bytes[mask_at + i % mask_bytes]);
    }
    bytes.erase(0, head_bytes + payload_bytes);
    return frame;
}

}  // namespace bench
