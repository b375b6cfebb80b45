#include "conduitd/control_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace conduitd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RecordingSink : public LogSink {
public:
    void write(LogLevel, std::string_view, std::string_view what,
               std::span<const LogField> fields) override {
        std::string line(what);
        for (const auto& field : fields) line += " " + std::string(field.key) + "=" + field.value;
        lines.push_back(std::move(line));
    }

    std::vector<std::string> lines;
};

class ControlRoutesTest : public ::testing::Test {
protected:
    ControlRoutesTest() {
        status_.worker.state = WorkerState::holding;
        status_.worker.session_id = "AgoQ";
    }

    ServedAnswer ask(const char* method, const char* target) {
        const auto routes = make_control_routes(
            {[this] { return status_; }, [this] { return verdict_; }, [this] { ++drains_; }},
            Log(sink_, "conduitd"));
        return serve(routes, {method, target, Peer{1000, 42}});
    }

    DaemonStatus status_;
    RotateVerdict verdict_ = RotateVerdict::begun;
    int drains_ = 0;
    RecordingSink sink_;
};

}  // namespace

TEST_F(ControlRoutesTest, StatusIsTheDocumentAndIsNotLogged) {
    const auto answer = ask("GET", "/status");

    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, make_status_document(status_));
    EXPECT_THAT(sink_.lines, IsEmpty());
}

TEST_F(ControlRoutesTest, RotationThatBeganNamesTheSessionThatGoes) {
    const auto answer = ask("POST", "/rotate");

    EXPECT_EQ(answer.status, 202U);
    EXPECT_EQ(answer.body, R"({"rotating":true,"session_id":"AgoQ"})");
}

TEST_F(ControlRoutesTest, RotationThatCannotBeginSaysWhy) {
    verdict_ = RotateVerdict::under_way;
    EXPECT_EQ(ask("POST", "/rotate").status, 409U);
    EXPECT_EQ(ask("POST", "/rotate").body,
              R"({"error":"the shard is being moved to another session already"})");

    verdict_ = RotateVerdict::nothing_bound;
    EXPECT_EQ(ask("POST", "/rotate").status, 409U);
    EXPECT_EQ(ask("POST", "/rotate").body,
              R"({"error":"no session is bound that could be replaced"})");

    status_.worker.state = WorkerState::stopping;
    EXPECT_EQ(ask("POST", "/rotate").body, R"({"error":"the worker is stopping"})");
}

TEST_F(ControlRoutesTest, DrainIsPassedOn) {
    EXPECT_EQ(ask("POST", "/drain").status, 202U);
    EXPECT_EQ(drains_, 1);
}

TEST_F(ControlRoutesTest, OrdersAreLoggedWithWhoGaveThem) {
    ask("POST", "/rotate");
    ask("POST", "/drain");

    EXPECT_THAT(sink_.lines,
                ElementsAre("rotate asked for uid=1000 pid=42", "drain asked for uid=1000 pid=42"));
}

TEST_F(ControlRoutesTest, ReadingChangesNothing) {
    EXPECT_EQ(ask("GET", "/rotate").status, 405U);
    EXPECT_EQ(ask("GET", "/drain").status, 405U);
    EXPECT_EQ(ask("POST", "/status").status, 405U);

    EXPECT_EQ(drains_, 0);
    EXPECT_THAT(sink_.lines, IsEmpty());
}

}  // namespace conduitd
