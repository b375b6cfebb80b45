#pragma once

#include "base/time.hpp"
#include "twitch_sim/model/model.hpp"

#include <string>
#include <string_view>

namespace twitch_sim {

// The value of the first header of that name, compared without case; empty when there is none.
[[nodiscard]] std::string_view find_header(const HttpCall& call, std::string_view name);

// Whether a header that is a comma-separated list has `token`, compared without case.
[[nodiscard]] bool has_token(std::string_view list, std::string_view token);

// An error answer in the shape of Helix's: error, status, message.
[[nodiscard]] HttpAnswer make_error_answer(unsigned status, std::string_view message);

enum class AfterAnswer { keep_alive, close };

// How an answer goes on the wire.
struct AnswerFraming {
    AfterAnswer after = AfterAnswer::keep_alive;
    bool is_head = false;       // the request was HEAD: the length is said, the body left out
    conduitd::WallTime date{};  // for the Date header, unless the answer has its own
};

// The answer as HTTP/1.1 bytes, with its Content-Length (which a 204 must not have: RFC 9110,
// section 8.6).
[[nodiscard]] std::string encode_answer(const HttpAnswer& answer, const AnswerFraming& framing);

}  // namespace twitch_sim
