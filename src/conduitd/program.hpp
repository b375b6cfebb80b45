#pragma once

namespace conduitd {

// All of conduitd behind main(): command line, configuration, then the command. Returns the exit
// code.
[[nodiscard]] int run_program(int argc, const char* const* argv);

}  // namespace conduitd
