#pragma once

#include "sink/line.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// Lines to one consumer alone, line break included. They carry no `seq`.
namespace conduitd {

inline constexpr int consumer_protocol_version = 1;

// The answer to a hello: {"hello":{"spool":"<uuid>","next":1042,"version":1}}. `next` is the
// sequence that the next record from Twitch will have; sequences of another spool mean nothing.
void append_hello_line(std::string& out, std::string_view spool_uuid, std::uint64_t next);

// Before the connection is closed: `reason` says what the consumer did wrong.
void append_error_line(std::string& out, const LineOrigin& origin, std::string_view reason);

// Before the connection is closed because another one has come under the same name.
void append_replaced_line(std::string& out, const LineOrigin& origin, std::string_view consumer);

}  // namespace conduitd
