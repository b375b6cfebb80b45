#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <prometheus/metric_family.h>
#include <string>
#include <vector>

namespace conduitd {

using MetricLabels = std::map<std::string, std::string>;

// Families of metrics in the making: family() begins one, add() gives a sample to the last.
class MetricFamilies {
public:
    // A name without `conduitd_`; a counter's with `_total`.
    MetricFamilies& counter(const char* name, const char* help);
    MetricFamilies& gauge(const char* name, const char* help);

    // Integers are exact up to 2^53.
    void add(double value, const MetricLabels& labels = {});
    void add(std::uint64_t value, const MetricLabels& labels = {}) {
        add(static_cast<double>(value), labels);
    }
    void add(std::optional<std::uint32_t> value) {
        if (value) add(static_cast<double>(*value));
    }

    [[nodiscard]] std::string text() const;

private:
    MetricFamilies& begin(prometheus::MetricType type, const char* name, const char* help);

    std::vector<prometheus::MetricFamily> families_;
};

}  // namespace conduitd
