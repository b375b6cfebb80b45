#include "conduitctl/consumers_view.hpp"

#include "base/quote.hpp"
#include "conduitctl/columns.hpp"
#include "conduitctl/worker.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace conduitctl {
namespace {

namespace json = boost::json;

std::vector<Status> objects_of(const json::object& document, std::string_view key) {
    std::vector<Status> objects;
    const auto* const value = document.if_contains(key);
    if (value == nullptr || !value->is_array()) return objects;
    for (const auto& item : value->get_array()) {
        if (item.is_object()) objects.emplace_back(item.get_object());
    }
    return objects;
}

std::string shown(const Status& status, std::string_view key) {
    return conduitd::printable(status.text(key));
}

// The process at the other end is not known where it runs in another namespace.
std::string peer_of(const Status& connection) {
    return fmt::format("{}, pid {}, uid {}", shown(connection, "kind"), connection.number("pid"),
                       connection.number("uid"));
}

Row make_row(const Status& consumer) {
    const auto* const value = consumer.document().if_contains("connection");
    const bool is_connected = value != nullptr && value->is_object();
    std::string connection = consumer.is_set("is_expired") ? "- (expired)" : "-";
    if (is_connected) {
        const Status at(value->get_object());
        connection = fmt::format("{}, {} in flight", peer_of(at), at.number("in_flight"));
    }
    return {shown(consumer, "name"), std::to_string(consumer.number("acked")),
            std::to_string(consumer.number("behind")),
            is_connected ? "now" : shown(consumer, "seen_at"), connection};
}

Row make_tail_row(const Status& tail) {
    return {"-", "-", "-", "now",
            fmt::format("{}, {} dropped", peer_of(tail), tail.number("records_dropped"))};
}

}  // namespace

std::string describe_consumers(const json::object& document) {
    const auto consumers = objects_of(document, "consumers");
    const auto tails = objects_of(document, "tails");
    auto text = fmt::format("{} consumers, {} live tails", consumers.size(), tails.size());
    if (consumers.empty() && tails.empty()) return text;
    std::vector<Row> rows{{"NAME", "ACKED", "BEHIND", "SEEN", "CONNECTION"}};
    for (const auto& consumer : consumers) rows.push_back(make_row(consumer));
    for (const auto& tail : tails) rows.push_back(make_tail_row(tail));
    auto lines = align(rows, "  ");
    lines.pop_back();  // whoever prints it ends the line
    return text + "\n" + lines;
}

}  // namespace conduitctl
