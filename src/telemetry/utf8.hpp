#pragma once

#include <string>
#include <string_view>

namespace conduitd {

// `text` as valid UTF-8: every byte that is no part of a well-formed sequence (RFC 3629: no
// overlong forms, no surrogates, nothing above U+10FFFF) becomes U+FFFD.
[[nodiscard]] std::string repair_utf8(std::string_view text);

}  // namespace conduitd
