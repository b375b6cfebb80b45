#pragma once

#include "base/id_digest.hpp"

#include <array>
#include <cstdint>

namespace conduitd {

// Which spool a file belongs to: drawn at random when a folder is first used. The hello of a
// consumer shows it as a UUID, so that sequences of another spool are not taken for ours.
using SpoolId = std::array<std::uint8_t, 16>;

}  // namespace conduitd
