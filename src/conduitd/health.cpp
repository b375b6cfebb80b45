#include "conduitd/health.hpp"

#include "config/location.hpp"
#include "io/unix_http_client.hpp"

#include <boost/json.hpp>

#include <string_view>

namespace conduitd {
namespace {

namespace json = boost::json;

Health unwell(std::string text) {
    return {false, std::move(text)};
}

std::string text_of(const json::object& document, std::string_view key) {
    const auto* const member = document.if_contains(key);
    return member != nullptr && member->is_string() ? std::string(member->get_string())
                                                    : std::string();
}

}  // namespace

Health judge_health(unsigned status, const std::string& body) {
    boost::system::error_code error;
    const auto parsed = json::parse(body, error);
    if (error || !parsed.is_object()) return unwell("what answers is no worker of conduitd");
    const auto& document = parsed.get_object();
    if (status == 200) {
        const auto state = text_of(document, "state");
        return {true, state.empty() ? "alive" : "ready: " + state};
    }
    auto reason = text_of(document, "reason");
    if (reason.empty()) reason = text_of(document, "error");
    return unwell("not ready: " + reason);
}

Health ask_health(const ConfigInput& input, HealthQuestion question) {
    const auto location = locate_worker(input);
    if (!location.problems.empty()) return unwell(location.problems.front());
    if (location.socket.empty()) {
        return unwell(
            "there is no control socket to ask: control.path is none, or nothing names a "
            "state folder");
    }
    const auto* const target = question == HealthQuestion::is_alive ? "/livez" : "/readyz";
    const auto answer = ask_unix_socket(location.socket, "GET", target, health_time_max);
    if (answer) return judge_health(answer->status, answer->body);
    return unwell(
        "no worker answers at " + location.socket + " (" + answer.error().message() +
        "): it does not run, or was started with another name, control.path or state.dir");
}

}  // namespace conduitd
