#include "twitch_sim/model/answer.hpp"

#include <utility>

namespace twitch_sim {
namespace {

namespace json = boost::json;

// Type, points and date.
constexpr std::size_t headers_usual = 5;

json::string_view view(std::string_view text) {
    return {text.data(), text.size()};
}

}  // namespace

HttpAnswer make_json_answer(unsigned status, const json::value& body) {
    return make_json_text_answer(status, json::serialize(body));
}

HttpAnswer make_json_text_answer(unsigned status, std::string body) {
    HttpAnswer answer;
    answer.status = status;
    answer.headers.reserve(headers_usual);
    answer.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
    answer.body = std::move(body);
    return answer;
}

HttpAnswer make_empty_answer(unsigned status) {
    HttpAnswer answer;
    answer.status = status;
    return answer;
}

HttpAnswer make_helix_error(unsigned status, std::string_view message) {
    return make_json_answer(status, json::object{{"error", view(reason_phrase(status))},
                                                 {"status", status},
                                                 {"message", view(message)}});
}

HttpAnswer make_oauth_error(unsigned status, std::string_view message) {
    return make_json_answer(status, json::object{{"status", status}, {"message", view(message)}});
}

std::string_view reason_phrase(unsigned status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 409:
            return "Conflict";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        default:
            return "Error";
    }
}

}  // namespace twitch_sim
