// A consumer that costs next to nothing: reads lines from stdin and counts them.
//
//   drain EVENTS     one line of JSON when so many have come, another at the end of stdin

#include "drain/line_counter.hpp"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <unistd.h>

namespace {

void report(const bench::LineCounter& counter) {
    std::printf(R"({"events":%)" PRIu64 R"(,"others":%)" PRIu64 R"(,"missed":%)" PRIu64
                R"(,"repeated":%)" PRIu64 R"(,"torn":%s})"
                "\n",
                counter.events(), counter.others(), counter.missed(), counter.repeated(),
                counter.is_mid_line() ? "true" : "false");
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const auto expected = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
    constexpr std::size_t read_bytes = 1024 * 1024;
    const auto bytes = std::make_unique<char[]>(read_bytes);
    bench::LineCounter counter;
    bool is_told = false;
    while (true) {
        const auto count = ::read(STDIN_FILENO, bytes.get(), read_bytes);
        if (count <= 0) break;
        counter.take({bytes.get(), static_cast<std::size_t>(count)});
        if (is_told || counter.events() < expected) continue;
        is_told = true;
        report(counter);
    }
    report(counter);
}
