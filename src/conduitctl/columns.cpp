#include "conduitctl/columns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace conduitctl {

std::string align(const std::vector<Row>& rows, const std::string& indent) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows) {
        text += indent;
        for (std::size_t i = 0; i + 1 < row.size(); ++i) {
            text += fmt::format("{:<{}}  ", row[i], widths[i]);
        }
        text += row.back() + "\n";
    }
    return text;
}

}  // namespace conduitctl
