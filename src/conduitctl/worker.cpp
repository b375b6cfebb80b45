#include "conduitctl/worker.hpp"

#include "base/quote.hpp"
#include "config/shard_setting.hpp"
#include "io/unix_http_client.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <filesystem>
#include <future>
#include <system_error>
#include <utility>

namespace conduitctl {
namespace {

namespace errc = boost::system::errc;
namespace json = boost::json;
using conduitd::ErrorCode;
using conduitd::printable;
using conduitd::Result;

constexpr std::size_t error_text_max = 300;

std::int64_t number_of(const json::object& object, std::string_view key) {
    const auto* const value = object.if_contains(key);
    if (value == nullptr) return 0;
    ErrorCode error;
    const auto number = value->to_number<std::int64_t>(error);
    return error ? 0 : number;
}

bool names(const std::string& shards, std::uint32_t shard) {
    const auto choice = conduitd::settings::parse_shard_choice(shards);
    return choice && choice->listed.contains(shard);
}

}  // namespace

std::string Status::text(std::string_view key) const {
    const auto* const value = document_.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

std::int64_t Status::number(std::string_view key) const {
    return number_of(document_, key);
}

std::int64_t Status::number(std::string_view section, std::string_view key) const {
    const auto* const value = document_.if_contains(section);
    return value != nullptr && value->is_object() ? number_of(value->get_object(), key) : 0;
}

bool Status::is_set(std::string_view key) const {
    const auto* const value = document_.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::int64_t Status::percent(std::string_view key) const {
    constexpr double share_max = 1e6;
    const auto* const value = document_.if_contains(key);
    if (value == nullptr) return 0;
    ErrorCode error;
    const auto share = value->to_number<double>(error);
    return error ? 0 : std::llround(std::clamp(share, 0.0, share_max) * 100);
}

Status Status::section(std::string_view key) const {
    const auto* const value = document_.if_contains(key);
    return value != nullptr && value->is_object() ? Status(value->get_object()) : Status();
}

bool Worker::holds(std::uint32_t shard) const {
    const bool is_told = status.document().contains("holds");
    return names(status.text(is_told ? "holds" : "shard_id"), shard);
}

bool Worker::is_of(std::uint32_t shard) const {
    return holds(shard) || names(status.text("shard_id"), shard);
}

std::string Worker::shard() const {
    const auto setting = status.text("shard_id");
    const auto held = status.text("holds");
    const auto kept = status.text("keeps");
    const bool is_said = held.empty() || held == setting;
    return printable((is_said ? setting : setting + ": " + held) +
                     (kept.empty() ? "" : " (keeps " + kept + ")"));
}

std::string Worker::place() const {
    return printable(socket, conduitd::shown_path_max);
}

std::string Worker::label() const {
    return status.empty() ? place() : "worker " + printable(status.text("name"));
}

std::string Answer::error() const {
    const auto text = shown("error");
    return text.empty() ? fmt::format("it answers with {}", status) : text;
}

std::string Answer::shown(std::string_view key) const {
    return printable(Status(body).text(key), error_text_max);
}

bool is_gone(ErrorCode error) {
    return error == errc::connection_refused || error == errc::no_such_file_or_directory;
}

Result<Answer> ask(const std::string& socket, const std::string& method, const std::string& target,
                   conduitd::Duration timeout) {
    auto answer = conduitd::ask_unix_socket(socket, method, target, timeout);
    if (!answer) return answer.error();
    ErrorCode error;
    auto body = json::parse(answer->body, error);
    if (error || !body.is_object()) return make_error_code(errc::bad_message);
    return Answer{answer->status, std::move(body.get_object())};
}

Worker look_at(const std::string& socket) {
    auto answer = ask(socket, "GET", "/status");
    if (answer && answer->status == 200) {
        return {socket, Reach::answers, {}, Status(std::move(answer->body))};
    }
    if (answer) return {socket, Reach::unreachable, answer->error(), {}};
    const auto error = answer.error();
    std::error_code ignored;
    const auto file = std::filesystem::status(socket, ignored);
    if (std::filesystem::exists(file) && !std::filesystem::is_socket(file)) {
        return {socket, Reach::unreachable, "not a socket", {}};
    }
    if (error == errc::connection_refused) {
        return {socket, Reach::stale, "stale: its worker ended without removing it", {}};
    }
    const auto why = error == errc::timed_out     ? "it does not answer"
                     : error == errc::bad_message ? "what answers is not a worker"
                                                  : error.message();
    return {socket, is_gone(error) ? Reach::stale : Reach::unreachable, why, {}};
}

std::vector<Worker> look_at_all(const std::vector<std::string>& sockets) {
    constexpr std::size_t at_once_max = 64;
    std::vector<Worker> workers;
    std::deque<std::future<Worker>> looks;
    const auto take_oldest = [&] {
        workers.push_back(looks.front().get());
        looks.pop_front();
    };
    for (const auto& socket : sockets) {
        if (looks.size() == at_once_max) take_oldest();
        looks.push_back(std::async(std::launch::async, [&socket] { return look_at(socket); }));
    }
    while (!looks.empty()) take_oldest();
    return workers;
}

}  // namespace conduitctl
