#include "spool/spool_fixture.hpp"

#include <fmt/format.h>

#include <fstream>
#include <regex>

namespace conduitd::test {
namespace {

// The bytes of the listing in the page: lines of an offset, bytes, and words about them.
std::string bytes_of_worked_example() {
    std::ifstream page(SPOOL_README);
    const std::regex line_form(R"(^    [0-9a-f]{3}  ((?:[0-9a-f]{2} )+).*)");
    std::string bytes;
    std::smatch match;
    for (std::string line; std::getline(page, line);) {
        if (std::regex_match(line, match, line_form)) bytes += match[1];
    }
    return bytes;
}

std::string hex_of(const std::string& text) {
    std::string hex;
    for (const char c : text) hex += fmt::format("{:02x} ", static_cast<unsigned char>(c));
    return hex;
}

TEST_F(SpoolTest, TheWorkedExampleOfThePageIsWhatIsWritten) {
    now.wall = WallTime(std::chrono::seconds(1));
    open();
    auto batch = std::make_shared<RecordBatch>();
    batch->add(R"({"a":1})", now.wall, {});
    spool->append(batch, now);

    ASSERT_FALSE(spool->close(now));

    EXPECT_EQ(hex_of(disk->content("00000000000000000001.seg")), bytes_of_worked_example());
}

}  // namespace
}  // namespace conduitd::test
