#include "sink/load_meter.hpp"

#include <algorithm>
#include <cmath>

namespace conduitd {
namespace {

double to_seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

void LoadMeter::on_sample(const LoadSample& sample, TimePoint now) {
    const auto since_last = points_.empty() ? Duration::zero() : now - points_.back().at;
    if (!points_.empty() && since_last == Duration::zero()) {
        points_.back().sample = sample;
    } else {
        points_.push_back({now, sample});
    }
    while (points_.size() > 2 &&
           (points_[1].at <= now - options_.window || points_.size() > points_max)) {
        points_.pop_front();
    }
    renew_rates();
    renew_capacity(since_last);

    const bool is_capacity_set = options_.capacity > 0;
    const auto ingest =
        is_capacity_set ? figures_.events_per_second / options_.capacity : figures_.busy;
    figures_.lag = sample.lag;
    figures_.spool_memory = sample.spool_memory;
    figures_.share = std::max(
        {ingest, to_seconds(sample.lag) / to_seconds(options_.lag_max), sample.spool_memory});
}

void LoadMeter::renew_rates() {
    const Point& first = points_.front();
    const Point& last = points_.back();
    const auto span = to_seconds(last.at - first.at);
    if (span <= 0) return;
    figures_.events_per_second =
        static_cast<double>(last.sample.events - first.sample.events) / span;
    figures_.busy = to_seconds(last.sample.busy - first.sample.busy) / span;
}

void LoadMeter::renew_capacity(Duration since_last) {
    if (options_.capacity > 0) {
        figures_.capacity = options_.capacity;
        return;
    }
    if (figures_.busy < busy_min || figures_.events_per_second <= 0) return;
    const auto measured = figures_.events_per_second / figures_.busy;
    const auto before = figures_.capacity.value_or(measured);
    const auto weight = 1 - std::exp(-to_seconds(since_last) / to_seconds(smoothing));
    figures_.capacity = before + (measured - before) * weight;
}

}  // namespace conduitd
