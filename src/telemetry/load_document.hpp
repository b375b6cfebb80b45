#pragma once

#include "sink/load_status.hpp"

#include <boost/json/object.hpp>

namespace conduitd {

// `load` and `backlog` of the status document. Shares have three digits; what is not known is null.
[[nodiscard]] boost::json::object describe_load(const LoadStatus& status);
[[nodiscard]] boost::json::object describe_backlog(const LoadStatus& status);

}  // namespace conduitd
