#pragma once

#include <string>
#include <vector>

namespace conduitctl {

using Row = std::vector<std::string>;

// Rows of equal length as lines, each column as wide as its widest cell, after `indent`.
[[nodiscard]] std::string align(const std::vector<Row>& rows, const std::string& indent = {});

}  // namespace conduitctl
