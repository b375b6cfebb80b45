#include "twitch_sim/server/frame.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <utility>

namespace twitch_sim {

namespace {

constexpr unsigned fin_bit = 0x80;
constexpr unsigned reserved_bits = 0x70;
constexpr unsigned opcode_bits = 0x0f;
constexpr unsigned mask_bit = 0x80;
constexpr unsigned length_bits = 0x7f;
constexpr unsigned length_in_2_bytes = 126;
constexpr unsigned length_in_8_bytes = 127;
constexpr std::size_t mask_bytes = 4;

constexpr std::uint16_t no_close_code = 1005;

unsigned byte_at(std::string_view text, std::size_t index) {
    return static_cast<unsigned char>(text[index]);
}

void append_big_endian(std::string& out, std::uint64_t number, unsigned bytes) {
    for (unsigned i = bytes; i > 0; --i) {
        out.push_back(static_cast<char>((number >> (8 * (i - 1))) & 0xff));
    }
}

std::uint64_t parse_big_endian(std::string_view bytes) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) number = (number << 8) | byte_at(bytes, i);
    return number;
}

bool is_known(unsigned opcode) {
    return opcode <= static_cast<unsigned>(Opcode::binary) ||
           (opcode >= static_cast<unsigned>(Opcode::close) &&
            opcode <= static_cast<unsigned>(Opcode::pong));
}

}  // namespace

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
    append_fragment(out, opcode, payload, true);
}

void append_fragment(std::string& out, Opcode opcode, std::string_view payload, bool is_last) {
    out.push_back(static_cast<char>((is_last ? fin_bit : 0) | static_cast<unsigned>(opcode)));
    if (payload.size() < length_in_2_bytes) {
        out.push_back(static_cast<char>(payload.size()));
    } else if (payload.size() <= 0xffff) {
        out.push_back(static_cast<char>(length_in_2_bytes));
        append_big_endian(out, payload.size(), 2);
    } else {
        out.push_back(static_cast<char>(length_in_8_bytes));
        append_big_endian(out, payload.size(), 8);
    }
    out.append(payload);
}

std::string make_close_payload(std::uint16_t code, std::string_view reason) {
    std::string payload;
    append_big_endian(payload, code, 2);
    payload.append(reason.substr(0, control_payload_bytes_max - payload.size()));
    return payload;
}

std::uint16_t parse_close_code(std::string_view payload) {
    if (payload.size() < 2) return no_close_code;
    return static_cast<std::uint16_t>(parse_big_endian(payload.substr(0, 2)));
}

conduitd::Result<std::optional<ClientFrame>> FrameReader::next(std::string_view& bytes) {
    for (;;) {
        if (!is_header_complete_) {
            if (!take_header(bytes)) return std::optional<ClientFrame>();
            if (!is_header_allowed()) {
                return make_error_code(boost::system::errc::protocol_error);
            }
            begin_payload();
            if (!is_control()) return std::optional(ClientFrame{opcode(), {}});
        }
        take_payload(bytes);
        if (payload_left_ > 0) return std::optional<ClientFrame>();
        is_header_complete_ = false;
        const ClientFrame frame{opcode(), std::exchange(payload_, {})};
        header_.clear();
        if (frame.opcode >= Opcode::close) return std::optional(frame);
    }
}

// The header's own length is known once its second byte is there.
bool FrameReader::take_header(std::string_view& bytes) {
    while (!bytes.empty()) {
        header_.push_back(bytes.front());
        bytes.remove_prefix(1);
        if (header_.size() >= 2 && header_.size() == header_bytes()) return true;
    }
    return false;
}

std::size_t FrameReader::header_bytes() const {
    const unsigned length = byte_at(header_, 1) & length_bits;
    const std::size_t length_bytes = length == length_in_8_bytes   ? 8
                                     : length == length_in_2_bytes ? 2
                                                                   : 0;
    return 2 + length_bytes + ((byte_at(header_, 1) & mask_bit) != 0 ? mask_bytes : 0);
}

bool FrameReader::is_header_allowed() const {
    const unsigned first = byte_at(header_, 0);
    const unsigned second = byte_at(header_, 1);
    if ((first & reserved_bits) != 0 || !is_known(first & opcode_bits)) return false;
    if ((second & mask_bit) == 0) return false;
    if (is_control()) {
        return (first & fin_bit) != 0 && (second & length_bits) <= control_payload_bytes_max;
    }
    return is_in_message_ == (opcode() == Opcode::continuation);
}

void FrameReader::begin_payload() {
    const unsigned length = byte_at(header_, 1) & length_bits;
    const std::string_view header(header_);
    payload_left_ = length < length_in_2_bytes
                        ? length
                        : parse_big_endian(header.substr(2, header.size() - 2 - mask_bytes));
    is_header_complete_ = true;
    if (!is_control()) is_in_message_ = (byte_at(header_, 0) & fin_bit) == 0;
}

void FrameReader::take_payload(std::string_view& bytes) {
    const auto taken =
        static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, bytes.size()));
    if (is_control()) {
        const std::string_view mask = std::string_view(header_).substr(header_.size() - mask_bytes);
        for (const char byte : bytes.substr(0, taken)) {
            payload_.push_back(static_cast<char>(byte ^ mask[payload_.size() % mask_bytes]));
        }
    }
    bytes.remove_prefix(taken);
    payload_left_ -= taken;
}

Opcode FrameReader::opcode() const {
    return static_cast<Opcode>(byte_at(header_, 0) & opcode_bits);
}

bool FrameReader::is_control() const {
    return opcode() >= Opcode::close;
}

}  // namespace twitch_sim
