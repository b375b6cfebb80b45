#pragma once

#include "load_generator/event_frame.hpp"

#include <optional>
#include <string>

namespace bench {

struct ClientFrame {
    Opcode opcode = Opcode::text;
    std::string payload;  // unmasked
};

// Takes the first whole frame off the bytes that a client sent; nothing as long as none is whole.
[[nodiscard]] std::optional<ClientFrame> take_client_frame(std::string& bytes);

}  // namespace bench
