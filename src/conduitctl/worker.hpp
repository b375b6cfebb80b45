#pragma once

#include "base/error.hpp"
#include "base/time.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conduitctl {

// A status document, as a worker of this or of another version gives it: what is missing reads as
// empty or 0.
class Status {
public:
    Status() = default;
    explicit Status(boost::json::object document) : document_(std::move(document)) {}

    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] std::int64_t number(std::string_view key) const;
    // A member of a member: number("counters", "gaps").
    [[nodiscard]] std::int64_t number(std::string_view section, std::string_view key) const;
    [[nodiscard]] bool is_set(std::string_view key) const;
    // A share as whole percents.
    [[nodiscard]] std::int64_t percent(std::string_view key) const;
    // A member that is an object: section("load"). Empty where there is none, or null.
    [[nodiscard]] Status section(std::string_view key) const;
    [[nodiscard]] bool empty() const { return document_.empty(); }

    [[nodiscard]] const boost::json::object& document() const { return document_; }

private:
    boost::json::object document_;
};

enum class Reach {
    answers,      // `status` is there
    stale,        // nobody listens: the worker ended without removing its socket, or none is there
    unreachable,  // it may be alive: it takes too long, refuses us, or is not a worker
};

// What was found behind one control socket.
struct Worker {
    std::string socket;
    Reach reach = Reach::stale;
    std::string error;  // why, unless it answers; for people
    Status status;

    // What it holds, or is configured for where it is of a version that tells the one alone.
    [[nodiscard]] bool holds(std::uint32_t shard) const;
    // The same, or what it is configured for: a stand-by is meant as well.
    [[nodiscard]] bool is_of(std::uint32_t shard) const;
    // "3"; "auto: 3" where the setting does not say it.
    [[nodiscard]] std::string shard() const;

    // The socket as a terminal may be shown it: its name is whatever somebody gave a file.
    [[nodiscard]] std::string place() const;

    // What people call it: "worker 3", or by its socket as long as it has not answered.
    [[nodiscard]] std::string label() const;
};

struct Answer {
    unsigned status = 0;  // of HTTP
    boost::json::object body;

    // The reason in the body of a refusal.
    [[nodiscard]] std::string error() const;

    // A text in the body as a terminal may be shown it.
    [[nodiscard]] std::string shown(std::string_view key) const;
};

// What a worker that is well needs at most for an answer that it has at hand.
inline constexpr conduitd::Duration answer_time_max = std::chrono::seconds(5);

// Asks the worker at `socket`. Errors: as those of ask_unix_socket(), and bad_message when the
// answer is not JSON.
[[nodiscard]] conduitd::Result<Answer> ask(const std::string& socket, const std::string& method,
                                           const std::string& target,
                                           conduitd::Duration timeout = answer_time_max);

// Asks for its status.
[[nodiscard]] Worker look_at(const std::string& socket);

// Asks all of them, so many at once that a few which hang cost the time of one. Throws
// std::system_error when the system has no thread left.
[[nodiscard]] std::vector<Worker> look_at_all(const std::vector<std::string>& sockets);

// The socket's worker is gone for good.
[[nodiscard]] bool is_gone(conduitd::ErrorCode error);

}  // namespace conduitctl
