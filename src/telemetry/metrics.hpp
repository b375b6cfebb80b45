#pragma once

#include "spool/consumers.hpp"
#include "telemetry/status_document.hpp"

#include <optional>
#include <string>
#include <vector>

namespace conduitd {

// What whoever gathers metrics is told: the status in numbers, and how far each consumer is behind.
struct Metrics {
    DaemonStatus status;
    // Empty while the disk does not answer.
    std::optional<std::vector<ConsumerStatus>> consumers;
};

// The media type of make_metrics_text().
inline constexpr char metrics_content_type[] = "text/plain; version=0.0.4; charset=utf-8";

// Prometheus' text format. Everything is read off here, once for each time that somebody asks:
// nothing is counted for it while events pass. `config/metrics.md` describes each metric; one of
// which nothing is known at present has no sample.
[[nodiscard]] std::string make_metrics_text(const Metrics& metrics);

}  // namespace conduitd
