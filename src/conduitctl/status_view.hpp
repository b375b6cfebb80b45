#pragma once

#include "conduitctl/worker.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <vector>

// Status documents as people read them.
namespace conduitctl {

// All that there is to say of one worker, in several lines.
[[nodiscard]] std::string describe_worker(const Worker& worker);

// A line for each worker that answers, below one of headings.
[[nodiscard]] std::string make_table(const std::vector<Worker>& workers);

// {"workers":[{"socket":…,"status":{…}},{"socket":…,"error":…}]}
[[nodiscard]] boost::json::object make_status_json(const std::vector<Worker>& workers);

// "took 3 ms, unbound 0 ms; read 95 on the old session and 2 on the new: 97 forwarded, 0
// duplicates".
[[nodiscard]] std::string describe_handover(const Status& report);

// "3d 4h", "3m 12s".
[[nodiscard]] std::string describe_uptime(std::int64_t seconds);

}  // namespace conduitctl
