#include "conduitctl/consumers_view.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

boost::json::object document(const char* text) {
    return boost::json::parse(text).as_object();
}

}  // namespace

TEST(ConsumersView, EachConsumerHasALineInColumns) {
    EXPECT_EQ(
        describe_consumers(document(R"({
            "consumers": [
                {"name": "bot", "acked": 10000000000, "behind": 3, "is_expired": false,
                 "seen_at": "2026-11-22T03:23:51Z",
                 "connection": {"kind": "acks", "pid": 4711, "uid": 1000, "position": 10000000004,
                                "in_flight": 2, "records_sent": 9}},
                {"name": "away", "acked": 7, "behind": 0, "is_expired": false,
                 "seen_at": "2026-11-22T03:23:51Z", "connection": null},
                {"name": "long-gone", "acked": 0, "behind": 10, "is_expired": true,
                 "seen_at": "2026-10-22T03:23:51Z", "connection": null}],
            "tails": [{"kind": "tail", "pid": 5, "uid": 0, "position": 8, "records_sent": 1,
                       "records_dropped": 4}]})")),
        "3 consumers, 1 live tails\n"
        "  NAME       ACKED        BEHIND  SEEN                  CONNECTION\n"
        "  bot        10000000000  3       now                   acks, pid 4711, uid 1000, 2 in "
        "flight\n"
        "  away       7            0       2026-11-22T03:23:51Z  -\n"
        "  long-gone  0            10      2026-10-22T03:23:51Z  - (expired)\n"
        "  -          -            -       now                   tail, pid 5, uid 0, 4 dropped");
}

TEST(ConsumersView, WithoutAnyThereIsNoTable) {
    EXPECT_EQ(describe_consumers(document(R"({"consumers": [], "tails": []})")),
              "0 consumers, 0 live tails");
    EXPECT_EQ(describe_consumers({}), "0 consumers, 0 live tails");
}

TEST(ConsumersView, WhoeverAnswersDoesNotReachTheTerminal) {
    const auto text = describe_consumers(document(R"({"consumers": [1, {"name": "a\u001b[2J"}]})"));

    EXPECT_THAT(text, HasSubstr("1 consumers"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

}  // namespace conduitctl
