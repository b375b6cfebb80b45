#include "conduitctl/status_view.hpp"

#include "base/quote.hpp"
#include "conduitctl/columns.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdint>

namespace conduitctl {
namespace {

namespace json = boost::json;
using conduitd::printable;

// What a terminal may be shown, whoever answers at the socket.
std::string shown(const Status& status, std::string_view key) {
    const auto text = conduitd::printable(status.text(key));
    return text.empty() ? "-" : text;
}

std::string shard_of(const Worker& worker) {
    const auto text = worker.shard();
    return text.empty() ? "-" : text;
}

std::string state_of(const Status& status) {
    return shown(status, "state") + (status.is_set("is_degraded") ? " (degraded)" : "");
}

// What a worker without a shard waits for.
std::string describe_wait(const Status& status) {
    if (const auto holder = status.text("held_by"); !holder.empty()) {
        return fmt::format("for the end of session {}, which is somebody else's",
                           printable(holder));
    }
    return status.text("state") == "standby" ? "for a shard that is free" : "";
}

std::string describe_load(const Status& load) {
    return fmt::format("{}, {}% of what it can take; {} events/s", shown(load, "level"),
                       load.percent("share"), load.number("events_per_second"));
}

std::string describe_backlog(const Status& backlog) {
    if (backlog.text("consumer").empty()) return "there is no consumer";
    return fmt::format("{}; the slowest consumer, {}, is {} and {} bytes behind",
                       shown(backlog, "level"), shown(backlog, "consumer"),
                       describe_uptime(backlog.number("age_ms") / 1000), backlog.number("bytes"));
}

std::string describe_spool(const Status& spool) {
    auto text = fmt::format("{} bytes in {}", spool.number("bytes"), shown(spool, "dir"));
    if (const auto trouble = shown(spool, "trouble"); trouble != "-") {
        text += fmt::format("; the disk takes nothing: {}", trouble);
    }
    return text;
}

Row make_row(const Worker& worker) {
    const Status& status = worker.status;
    return {shown(status, "name"),
            shard_of(worker),
            state_of(status),
            shown(status.section("load"), "level"),
            std::to_string(status.number("counters", "forwarded")),
            std::to_string(status.number("waiting", "records")),
            std::to_string(status.number("counters", "handovers")),
            std::to_string(status.number("counters", "gaps")),
            describe_uptime(status.number("uptime_s")),
            worker.place()};
}

}  // namespace

std::string describe_uptime(std::int64_t seconds) {
    const auto minutes = seconds / 60;
    const auto hours = minutes / 60;
    const auto days = hours / 24;
    if (days > 0) return fmt::format("{}d {}h", days, hours % 24);
    if (hours > 0) return fmt::format("{}h {}m", hours, minutes % 60);
    if (minutes > 0) return fmt::format("{}m {}s", minutes, seconds % 60);
    return fmt::format("{}s", seconds);
}

std::string describe_handover(const Status& report) {
    auto text = fmt::format(
        "took {} ms, unbound {} ms; read {} on the old session, {} on the new and {} on others: {} "
        "forwarded, {} duplicates",
        report.number("took_ms"), report.number("unbound_ms"), report.number("read_old"),
        report.number("read_new"), report.number("read_between"), report.number("forwarded"),
        report.number("duplicates"));
    if (!report.is_set("is_balanced")) text += " (which does not add up: report this bug)";
    return text;
}

std::string describe_worker(const Worker& worker) {
    const Status& status = worker.status;
    const auto counter = [&status](std::string_view key) { return status.number("counters", key); };
    auto text = fmt::format("worker {}: {}, up {}\n", shown(status, "name"), state_of(status),
                            describe_uptime(status.number("uptime_s")));
    const auto add = [&text](std::string_view name, const std::string& value) {
        text += fmt::format("  {:<10} {}\n", name, value);
    };
    add("shard", shard_of(worker));
    add("conduit", shown(status, "conduit_id"));
    add("session", shown(status, "session_id"));
    if (const auto waits = describe_wait(status); !waits.empty()) add("waits", waits);
    add("events", fmt::format("{} forwarded, {} duplicates dropped", counter("forwarded"),
                              counter("duplicates")));
    add("sink", fmt::format("{} lines written, {} records ({} bytes) waiting, {} lost",
                            counter("lines_written"), status.number("waiting", "records"),
                            status.number("waiting", "bytes"), counter("records_lost")));
    // Another version may not say these.
    if (const auto load = status.section("load"); !load.empty()) add("load", describe_load(load));
    if (const auto backlog = status.section("backlog"); !backlog.empty()) {
        add("backlog", describe_backlog(backlog));
    }
    if (const auto spool = status.section("spool"); !spool.empty()) {
        add("spool", describe_spool(spool));
    }
    add("sessions", fmt::format("{} handovers, {} reconnects ordered, {} lost",
                                counter("handovers"), counter("reconnects"), counter("losses")));
    add("gaps", fmt::format("{}, {} ms together", counter("gaps"), counter("gap_ms")));
    if (const auto report = status.section("last_handover"); !report.empty()) {
        add("handover",
            fmt::format("the last one, {}: {}", shown(report, "cause"), describe_handover(report)));
    }
    add("process", fmt::format("pid {}, version {}, since {}", status.number("pid"),
                               shown(status, "version"), shown(status, "started_at")));
    add("socket", worker.place());
    return text;
}

std::string make_table(const std::vector<Worker>& workers) {
    std::vector<Row> rows{{"NAME", "SHARD", "STATE", "LOAD", "FORWARDED", "WAITING", "HANDOVERS",
                           "GAPS", "UP", "SOCKET"}};
    for (const auto& worker : workers) {
        if (worker.reach == Reach::answers) rows.push_back(make_row(worker));
    }
    return align(rows);
}

json::object make_status_json(const std::vector<Worker>& workers) {
    json::array list;
    for (const auto& worker : workers) {
        json::object entry{{"socket", worker.socket}};
        if (worker.reach == Reach::answers) {
            entry["status"] = worker.status.document();
        } else {
            entry["error"] = worker.error;
        }
        list.push_back(std::move(entry));
    }
    return {{"workers", std::move(list)}};
}

}  // namespace conduitctl
