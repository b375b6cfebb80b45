#pragma once

#include <boost/json/object.hpp>

#include <string>

namespace conduitctl {

// What a worker answers about its consumers, as people read it: how many there are, and a line for
// each below one of headings.
[[nodiscard]] std::string describe_consumers(const boost::json::object& document);

}  // namespace conduitctl
