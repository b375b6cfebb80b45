#pragma once

#include <string>
#include <string_view>

namespace conduitd {

// Appends `text` as a JSON string, quotes included. Control characters are escaped; everything
// else, UTF-8 included, goes through as it is.
void append_json_string(std::string& out, std::string_view text);

}  // namespace conduitd
