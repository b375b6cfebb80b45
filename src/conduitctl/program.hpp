#pragma once

namespace conduitctl {

// All of conduitctl behind main(). Returns the exit code.
[[nodiscard]] int run_program(int argc, const char* const* argv);

}  // namespace conduitctl
