#pragma once

#include "io/http_router.hpp"
#include "io/sink.hpp"
#include "io/spool_consumers.hpp"

#include <functional>
#include <memory>
#include <string>

namespace conduitd {

// Answers about consumers wait for the spool, which may wait for the disk: they come late.

// 200 with make_consumers_document(). `sink` is asked once the spool has answered, and lives as
// long as `consumers`.
[[nodiscard]] std::shared_ptr<LateAnswer> list_consumers(SpoolConsumers& consumers,
                                                         const Sink& sink);

// 200 once the consumer is forgotten; 404 without one, 409 while it is connected.
[[nodiscard]] std::shared_ptr<LateAnswer> remove_consumer(SpoolConsumers& consumers,
                                                          const std::string& name);

}  // namespace conduitd
