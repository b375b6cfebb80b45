#include "io/close_frame.hpp"

namespace conduitd {

std::string encode_close_frame(std::uint16_t code, const std::array<std::uint8_t, 4>& mask) {
    std::string frame;
    const auto add = [&frame](unsigned byte) { frame += static_cast<char>(byte & 0xff); };
    add(0x88);
    add(0x80 | 2);
    for (const auto byte : mask) add(byte);
    add((static_cast<unsigned>(code) >> 8) ^ mask[0]);
    add(static_cast<unsigned>(code) ^ mask[1]);
    return frame;
}

}  // namespace conduitd
