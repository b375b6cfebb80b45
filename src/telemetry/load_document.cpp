#include "telemetry/load_document.hpp"

#include <boost/json.hpp>

#include <cmath>

namespace conduitd {
namespace {

namespace json = boost::json;

double rounded(double share) {
    return std::round(share * 1000) / 1000;
}

json::object describe(const LevelStatus& status, double share, const HookStatus& hook) {
    return {{"level", name_of(status.level)},
            {"since", format_rfc3339(status.since)},
            {"times_available", status.times_available},
            {"times_high", status.times_high},
            {"times_overload", status.times_overload},
            {"hook_runs", hook.runs},
            {"hook_failures", hook.failures},
            {"share", rounded(share)}};
}

}  // namespace

json::object describe_load(const LoadStatus& status) {
    const LoadFigures& figures = status.load_figures;
    auto out = describe(status.load, figures.share, status.load_hook);
    out["events_per_second"] = std::llround(figures.events_per_second);
    out["capacity"] =
        figures.capacity ? json::value(std::llround(*figures.capacity)) : json::value();
    out["busy"] = rounded(figures.busy);
    out["lag_ms"] = to_milliseconds(figures.lag);
    out["spool_memory"] = rounded(figures.spool_memory);
    return out;
}

json::object describe_backlog(const LoadStatus& status) {
    const BacklogFigures& figures = status.backlog_figures;
    auto out = describe(status.backlog, figures.share, status.backlog_hook);
    out["consumer"] = figures.consumer.empty() ? json::value() : json::value(figures.consumer);
    out["bytes"] = figures.bytes;
    out["age_ms"] = to_milliseconds(figures.age);
    return out;
}

}  // namespace conduitd
