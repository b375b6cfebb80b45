#include "telemetry/metric_families.hpp"

#include "telemetry/utf8.hpp"

#include <prometheus/text_serializer.h>
#include <sstream>
#include <utility>

namespace conduitd {

MetricFamilies& MetricFamilies::begin(prometheus::MetricType type, const char* name,
                                      const char* help) {
    families_.push_back({std::string("conduitd_") + name, help, type, {}});
    return *this;
}

MetricFamilies& MetricFamilies::counter(const char* name, const char* help) {
    return begin(prometheus::MetricType::Counter, name, help);
}

MetricFamilies& MetricFamilies::gauge(const char* name, const char* help) {
    return begin(prometheus::MetricType::Gauge, name, help);
}

void MetricFamilies::add(double value, const MetricLabels& labels) {
    prometheus::ClientMetric sample;
    for (const auto& [name, text] : labels) sample.label.push_back({name, repair_utf8(text)});
    const bool is_counter = families_.back().type == prometheus::MetricType::Counter;
    (is_counter ? sample.counter.value : sample.gauge.value) = value;
    families_.back().metric.push_back(std::move(sample));
}

std::string MetricFamilies::text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return out.str();
}

}  // namespace conduitd
