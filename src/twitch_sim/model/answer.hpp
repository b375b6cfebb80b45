#pragma once

#include "twitch_sim/model/model.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace twitch_sim {

[[nodiscard]] HttpAnswer make_json_answer(unsigned status, const boost::json::value& body);

// With a body that is JSON already.
[[nodiscard]] HttpAnswer make_json_text_answer(unsigned status, std::string body);

// 204 and its like.
[[nodiscard]] HttpAnswer make_empty_answer(unsigned status);

// {"error":"Not Found","status":404,"message":"not found"}: errors of Helix (Twitch API guide), and
// of the admin API, which speaks the same way.
[[nodiscard]] HttpAnswer make_helix_error(unsigned status, std::string_view message);

// {"status":400,"message":"invalid client"}: the token host names no `error` (observed).
[[nodiscard]] HttpAnswer make_oauth_error(unsigned status, std::string_view message);

// "Not Found" for 404; "Error" for a status the model does not use itself.
[[nodiscard]] std::string_view reason_phrase(unsigned status);

}  // namespace twitch_sim
