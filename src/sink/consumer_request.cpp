#include "sink/consumer_request.hpp"

#include "spool/file_name.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <utility>

namespace conduitd {
namespace {

namespace json = boost::json;

// Enough for every request; deeper ones are none.
constexpr std::size_t depth_max = 4;

// Reads one member of a hello; what is wrong with it, or nothing.
using Complaint = std::optional<std::string>;

Complaint read_flag(const json::value& value, const char* name, bool& flag) {
    if (!value.is_bool()) return fmt::format("{} is true or false", name);
    flag = value.get_bool();
    return {};
}

std::optional<std::uint64_t> to_sequence(const json::value& value) {
    if (value.is_uint64()) return value.get_uint64();
    if (value.is_int64() && value.get_int64() >= 0)
        return static_cast<std::uint64_t>(value.get_int64());
    return std::nullopt;
}

Complaint read_consumer(const json::value& value, Hello& hello) {
    if (!value.is_string() || !is_consumer_name(std::string_view(value.get_string())))
        return "consumer is a name of 1 to 64 of A-Z a-z 0-9 . _ -, the first a letter or digit";
    hello.consumer = std::string(value.get_string());
    return {};
}

Complaint read_after(const json::value& value, Hello& hello) {
    hello.after = to_sequence(value);
    if (!hello.after) return "after is a sequence: a whole number from 0";
    return {};
}

Complaint read_start(const json::value& value, Hello& hello) {
    if (value == "newest") {
        hello.start_at = StartAt::newest;
    } else if (value != "oldest") {
        return R"(from is "oldest" or "newest")";
    }
    return {};
}

Complaint read_format(const json::value& value, Hello& hello) {
    if (value == "raw") {
        hello.format = LineFormat::raw;
    } else if (value == "annotated") {
        hello.format = LineFormat::annotated;
    } else {
        return R"(format is "annotated" or "raw")";
    }
    return {};
}

Complaint read_types(const json::value& value, Hello& hello) {
    constexpr auto allowed = "types is a list of 1 to 256 subscription types";
    if (!value.is_array()) return allowed;
    const auto& types = value.get_array();
    if (types.empty() || types.size() > consumer_types_max) return allowed;
    for (const auto& type : types) {
        if (!type.is_string() || type.get_string().empty()) return allowed;
        if (type.get_string().size() > consumer_type_bytes_max) return allowed;
        hello.types.emplace_back(std::string_view(type.get_string()));
    }
    return {};
}

Complaint read_member(std::string_view key, const json::value& value, Hello& hello) {
    if (key == "consumer") return read_consumer(value, hello);
    if (key == "ack") return read_flag(value, "ack", hello.wants_acks);
    if (key == "tail") return read_flag(value, "tail", hello.is_tail);
    if (key == "after") return read_after(value, hello);
    if (key == "from") return read_start(value, hello);
    if (key == "types") return read_types(value, hello);
    if (key == "format") return read_format(value, hello);
    return "hello has a member that is not known; there are consumer, ack, tail, after, from, "
           "types and format";
}

// Members that contradict each other.
Complaint find_contradiction(const Hello& hello) {
    const bool has_cursor = !hello.consumer.empty();
    if (hello.is_tail && (has_cursor || hello.wants_acks || hello.after))
        return "a tail has no cursor: leave out consumer, ack and after";
    if (hello.wants_acks && !has_cursor) return "acks move the cursor of a consumer: name it";
    if (hello.after && !has_cursor) return "after moves the cursor of a consumer: name it";
    if (hello.format == LineFormat::raw && hello.wants_acks)
        return "raw lines carry no seq that could be acked: leave out ack, or take annotated";
    return {};
}

ConsumerRequest read_hello(const json::value& value) {
    if (!value.is_object()) return BadRequest{"hello is an object"};
    Hello hello;
    for (const auto& [key, member] : value.get_object()) {
        if (auto complaint = read_member(key, member, hello)) return BadRequest{*complaint};
    }
    if (auto complaint = find_contradiction(hello)) return BadRequest{*complaint};
    const auto* const from = value.get_object().if_contains("from");
    if (hello.is_tail && from != nullptr && *from == "oldest")
        return BadRequest{"a tail begins with what comes next: leave out from"};
    return hello;
}

}  // namespace

ConsumerRequest parse_consumer_request(std::string_view line) {
    if (line.size() > consumer_line_bytes_max) return BadRequest{"the line is too long"};
    json::parse_options options;
    options.max_depth = depth_max;
    boost::system::error_code error;
    const auto document = json::parse(line, error, {}, options);
    if (error) return BadRequest{"not one line of JSON: " + error.message()};
    const auto* const object = document.if_object();
    if (object == nullptr || object->size() != 1)
        return BadRequest{R"(a line is {"hello":{…}} or {"ack":<seq>})"};
    const auto& [key, value] = *object->begin();
    if (key == "hello") return read_hello(value);
    if (key != "ack") return BadRequest{R"(a line is {"hello":{…}} or {"ack":<seq>})"};
    const auto sequence = to_sequence(value);
    if (!sequence) return BadRequest{"ack is a sequence: a whole number from 0"};
    return Ack{*sequence};
}

}  // namespace conduitd
