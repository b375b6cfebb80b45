#include "conduitctl/worker.hpp"

#include "conduitctl/order.hpp"
#include "conduitctl/samples.hpp"
#include "io/raw_unix_server.hpp"
#include "io/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace conduitctl {
namespace {

using test::living;
using test::parsed;

}  // namespace

// Another version's document may lack a member, or have another type there.
TEST(Status, WhatIsMissingOrOfAnotherTypeReadsAsNothing) {
    const auto status = parsed(R"({"pid": "7", "name": 3, "counters": [], "last_handover": null,
                                   "is_degraded": 1, "waiting": {"records": 2.5}})");

    EXPECT_EQ(status.number("pid"), 0);
    EXPECT_EQ(status.text("name"), "");
    EXPECT_EQ(status.number("counters", "gaps"), 0);
    EXPECT_EQ(status.number("waiting", "records"), 0);
    EXPECT_EQ(status.number("none", "none"), 0);
    EXPECT_FALSE(status.is_set("is_degraded"));
    EXPECT_TRUE(status.section("last_handover").empty());
}

TEST(IsAnother, TellsASuccessorAtTheSameSocket) {
    const auto with = [](int pid, const char* started_at) {
        return Status(boost::json::object{{"pid", pid}, {"started_at", started_at}});
    };
    const Worker worker{"/s", Reach::answers, {}, with(7, "2026-11-22T03:23:51Z")};

    EXPECT_FALSE(is_another(with(7, "2026-11-22T03:23:51Z"), worker));
    EXPECT_TRUE(is_another(with(8, "2026-11-22T03:23:51Z"), worker));
    EXPECT_TRUE(is_another(with(7, "2026-11-22T03:24:00Z"), worker));  // in containers all are 1
}

class LookAtTest : public ::testing::Test {
protected:
    Worker look_at_one_that_says(const std::string& answer) {
        const conduitd::test::RawUnixServer server(path_, answer);
        return look_at(path_);
    }

    conduitd::test::TemporaryFolder folder_;
    std::string path_ = folder_ / "control-0.sock";
};

TEST_F(LookAtTest, StatusIsTaken) {
    const auto worker =
        look_at_one_that_says("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}");

    EXPECT_EQ(worker.reach, Reach::answers);
    EXPECT_EQ(worker.label(), "worker a");
}

TEST_F(LookAtTest, WhatIsNoWorkerIsUnreachable) {
    for (const char* const answer :
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "SSH-2.0-x\r\n", "",
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{",
          "HTTP/1.1 503 No\r\nContent-Length: 16\r\n\r\n{\"error\":\"busy\"}"}) {
        const auto worker = look_at_one_that_says(answer);

        EXPECT_EQ(worker.reach, Reach::unreachable) << answer;
        EXPECT_NE(worker.error, "") << answer;
    }
}

TEST_F(LookAtTest, SocketThatNobodyListensAtIsStale) {
    conduitd::test::leave_dead_socket(path_);

    EXPECT_EQ(look_at(path_).reach, Reach::stale);
    EXPECT_EQ(look_at(folder_ / "none").reach, Reach::stale);
}

}  // namespace conduitctl
