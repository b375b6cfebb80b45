#pragma once

#include "io/asio.hpp"
#include "io/http_router.hpp"
#include "io/spool_consumers.hpp"
#include "telemetry/status_document.hpp"

#include <functional>
#include <memory>

namespace conduitd {

// How far consumers are behind the spool knows, which may wait for the disk. Metrics are wanted
// most when it does not answer: after this time they come without.
inline constexpr std::chrono::milliseconds consumers_time_max{500};

// 200 with make_metrics_text(). `context` and `consumers` outlive the answer.
[[nodiscard]] std::shared_ptr<LateAnswer> answer_metrics(asio::io_context& context,
                                                         SpoolConsumers& consumers,
                                                         std::function<DaemonStatus()> status);

}  // namespace conduitd
