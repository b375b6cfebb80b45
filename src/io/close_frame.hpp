#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace conduitd {

// The bytes of a client's close frame without a reason (RFC 6455, sections 5.2 and 5.5.1):
//
//     0x88                      FIN, opcode 8
//     0x80 | 2                  masked, two bytes of payload
//     mask[4]                   must not be predictable for the peer
//     code[2] xor mask[0..1]    big-endian
[[nodiscard]] std::string encode_close_frame(std::uint16_t code,
                                             const std::array<std::uint8_t, 4>& mask);

}  // namespace conduitd
