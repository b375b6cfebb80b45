#include "twitch_sim/server/http_message.hpp"

#include "base/json.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace twitch_sim {

namespace http = boost::beast::http;
using boost::beast::iequals;

namespace {

std::string_view reason_of(unsigned status) {
    const auto reason = http::obsolete_reason(http::int_to_status(status));
    return {reason.data(), reason.size()};
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool has_header(const HttpAnswer& answer, std::string_view name) {
    return std::any_of(answer.headers.begin(), answer.headers.end(),
                       [name](const auto& header) { return iequals(header.first, name); });
}

// "Sat, 21 Nov 2026 20:42:09 GMT" (RFC 9110, section 5.6.7).
std::string format_http_date(conduitd::WallTime time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                       fmt::gmtime(static_cast<std::time_t>(seconds.time_since_epoch().count())));
}

}  // namespace

std::string_view find_header(const HttpCall& call, std::string_view name) {
    for (const auto& [header_name, value] : call.headers) {
        if (iequals(header_name, name)) return value;
    }
    return {};
}

bool has_token(std::string_view list, std::string_view token) {
    for (;;) {
        const std::size_t comma = list.find(',');
        if (iequals(trim(list.substr(0, comma)), token)) return true;
        if (comma == std::string_view::npos) return false;
        list.remove_prefix(comma + 1);
    }
}

HttpAnswer make_error_answer(unsigned status, std::string_view message) {
    std::string body = R"({"error":)";
    conduitd::append_json_string(body, reason_of(status));
    body += fmt::format(R"(,"status":{},"message":)", status);
    conduitd::append_json_string(body, message);
    body += '}';

    HttpAnswer answer;
    answer.status = status;
    answer.headers = {{"Content-Type", "application/json; charset=utf-8"}};
    answer.body = std::move(body);
    return answer;
}

std::string encode_answer(const HttpAnswer& answer, const AnswerFraming& framing) {
    const bool has_body = answer.status != 204;
    std::string out;
    out.reserve(512 + answer.body.size());
    auto to = std::back_inserter(out);
    fmt::format_to(to, "HTTP/1.1 {} {}\r\n", answer.status, reason_of(answer.status));
    for (const auto& [name, value] : answer.headers) fmt::format_to(to, "{}: {}\r\n", name, value);
    if (!has_header(answer, "Date")) {
        fmt::format_to(to, "Date: {}\r\n", format_http_date(framing.date));
    }
    if (framing.after == AfterAnswer::close) out += "Connection: close\r\n";
    if (has_body) fmt::format_to(to, "Content-Length: {}\r\n", answer.body.size());
    out += "\r\n";
    if (has_body && !framing.is_head) out += answer.body;
    return out;
}

}  // namespace twitch_sim
