#pragma once

namespace conduitd {

inline constexpr char user_agent[] = "conduitd/" CONDUITD_VERSION;

}  // namespace conduitd
