#pragma once

#include "twitch_sim/model/model.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twitch_sim {

// Decoded name and value pairs of a query or a form.
class Fields {
public:
    // Percent-encoding is decoded and `+` read as a blank; a wrong escape stays as it came.
    [[nodiscard]] static Fields parse(std::string_view text);

    // The first value of that name.
    [[nodiscard]] std::optional<std::string> find(std::string_view name) const;

    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& pairs() const {
        return pairs_;
    }

private:
    std::vector<std::pair<std::string, std::string>> pairs_;
};

// A target, taken apart at its first `?`.
struct Target {
    std::string path;
    Fields query;

    [[nodiscard]] static Target parse(std::string_view target);
};

// The value of a header, whatever the case of its name; a view into `call`.
[[nodiscard]] std::optional<std::string_view> header(const HttpCall& call, std::string_view name);

// The parameters of a Helix or admin call. Clients differ in where they put them: in a JSON body,
// in the query with an empty body, or some here and some there. The body wins.
class Parameters {
public:
    // nullopt when the body is neither empty nor a JSON object.
    [[nodiscard]] static std::optional<Parameters> parse(const Target& target,
                                                         std::string_view body);

    // A member of the body, or null.
    [[nodiscard]] const boost::json::value* member(std::string_view name) const;

    // A text or a whole number, from body or query, as text. nullopt when missing or of another
    // kind.
    [[nodiscard]] std::optional<std::string> text(std::string_view name) const;

    // A whole number, also when written as text. nullopt when missing or of another kind.
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;

    // Any number of the body or the query.
    [[nodiscard]] std::optional<double> number(std::string_view name) const;

    // A truth value of the body, or `true` or `false` as text.
    [[nodiscard]] std::optional<bool> yes_or_no(std::string_view name) const;

    // The names that are there, the body's first; a name may come twice.
    [[nodiscard]] std::vector<std::string> names() const;

    // The value as it is written, whatever its kind; nullopt when missing.
    [[nodiscard]] std::optional<std::string> shown(std::string_view name) const;

private:
    boost::json::object body_;
    Fields query_;
};

// A JSON text or whole number, as text: shard ids come as either (observed with real clients).
[[nodiscard]] std::optional<std::string> text_of(const boost::json::value& value);

// The member of that name as text_of() reads it; nullopt when `value` is no object or lacks it.
[[nodiscard]] std::optional<std::string> text_at(const boost::json::value& value,
                                                 std::string_view name);

// Decimal digits with an optional minus, and nothing else. A number too large for the type is
// nullopt.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace twitch_sim
