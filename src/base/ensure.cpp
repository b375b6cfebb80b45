#include "base/ensure.hpp"

#include <cstdio>
#include <cstdlib>

namespace conduitd {

void ensure_failed(std::string_view what, const boost::source_location& where) {
    std::fprintf(stderr, "broken invariant: %.*s (%s:%u in %s)\n", static_cast<int>(what.size()),
                 what.data(), where.file_name(), where.line(), where.function_name());
    std::abort();
}

}  // namespace conduitd
