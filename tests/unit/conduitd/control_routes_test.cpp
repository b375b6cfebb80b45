#include "conduitd/control_routes.hpp"

#include "conduitd/end_waits.hpp"
#include "telemetry/readiness.hpp"

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
            {[this] { return status_; }, [this] { return list_; }, [this] { return verdict_; },
             [this] { ++drains_; }, [this] { return upgrade_; },
             [this](int fd) { taken_socket_ = fd; }, [this] { return waits_.add(); },
             [this] { return list_; },
             [this](const std::string& name) {
                 removed_.push_back(name);
                 return list_;
             }},
            Log(sink_, "conduitd"));
        return serve(routes, {method, target, Peer{1000, 42}});
    }

    DaemonStatus status_;
    RotateVerdict verdict_ = RotateVerdict::begun;
    int drains_ = 0;
    ServedAnswer upgrade_{200, R"({"pid":7})"};
    std::optional<int> taken_socket_;
    EndWaits waits_;
    std::shared_ptr<LateAnswer> list_ = std::make_shared<LateAnswer>();
    std::vector<std::string> removed_;
    RecordingSink sink_;
};

}  // namespace

TEST_F(ControlRoutesTest, AnUpgradeIsAnsweredWithWhatCameOfItAndLogged) {
    EXPECT_EQ(ask("POST", "/upgrade").body, R"({"pid":7})");
    EXPECT_EQ(sink_.lines, std::vector<std::string>{"upgrade asked for uid=1000 pid=42"});
}

TEST_F(ControlRoutesTest, WhoAsksToTakeOverGivesItsSocket) {
    const auto answer = ask("POST", "/take-over");

    ASSERT_TRUE(answer.take_socket);
    answer.take_socket(5);
    EXPECT_EQ(taken_socket_, 5);
}

TEST_F(ControlRoutesTest, StatusIsTheDocumentAndIsNotLogged) {
    const auto answer = ask("GET", "/status");

    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, make_status_document(status_));
    EXPECT_THAT(sink_.lines, IsEmpty());
}

TEST_F(ControlRoutesTest, HealthIsToldByTheHttpStatus) {
    EXPECT_EQ(ask("GET", "/livez").status, 200U);
    EXPECT_EQ(ask("GET", "/readyz").status, 200U);

    status_.worker.state = WorkerState::seeking;

    EXPECT_EQ(ask("GET", "/livez").status, 200U);
    EXPECT_EQ(ask("GET", "/readyz").status, 503U);
    EXPECT_EQ(ask("GET", "/readyz").body, make_readiness_document(status_.worker));
}

TEST_F(ControlRoutesTest, RotationThatBeganNamesTheSessionThatGoes) {
    const auto answer = ask("POST", "/rotate");

    EXPECT_EQ(answer.status, 202U);
    EXPECT_EQ(answer.body, R"({"rotating":true,"session_id":"AgoQ"})");
}

TEST_F(ControlRoutesTest, RotationThatWaitsForATokenSaysSo) {
    verdict_ = RotateVerdict::waits_for_token;

    const auto answer = ask("POST", "/rotate");

    EXPECT_EQ(answer.status, 202U);
    EXPECT_EQ(answer.body, R"({"rotating":true,"session_id":"AgoQ","waits_for":"token"})");
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

TEST_F(ControlRoutesTest, WordThatNobodyKnowsDrainsNothing) {
    EXPECT_EQ(ask("POST", "/drain?bogus").status, 400U);
    EXPECT_EQ(drains_, 0);
    EXPECT_THAT(sink_.lines, IsEmpty());
}

TEST_F(ControlRoutesTest, WhoWaitsForTheEndIsToldHowItWent) {
    const auto answer = ask("POST", "/drain?wait");
    std::vector<std::string> told;
    ASSERT_TRUE(answer.later);
    answer.later->on_given(
        [&](const ServedAnswer& end) { told.push_back(std::to_string(end.status) + end.body); });
    EXPECT_EQ(drains_, 1);
    EXPECT_THAT(told, IsEmpty());

    waits_.tell(ExitCode::try_again_later, R"(a "reader" is gone)");
    waits_.tell(ExitCode::drained, "");

    EXPECT_THAT(told, ElementsAre(R"(200{"exit_code":75,"reason":"a \"reader\" is gone"})"));
}

TEST_F(ControlRoutesTest, WhoLeftBeforeTheEndIsForgotten) {
    ask("POST", "/drain?wait");
    const auto stays = ask("POST", "/drain?wait");
    std::string told;
    stays.later->on_given([&](const ServedAnswer& end) { told += end.body; });

    waits_.tell(ExitCode::drained, "");

    EXPECT_EQ(told, R"({"exit_code":0,"reason":""})");
}

TEST_F(ControlRoutesTest, ConsumersAreAnsweredLaterAndNotLogged) {
    EXPECT_EQ(ask("GET", "/consumers").later, list_);

    EXPECT_THAT(sink_.lines, IsEmpty());
}

TEST_F(ControlRoutesTest, ConsumerIsRemovedByItsName) {
    EXPECT_EQ(ask("DELETE", "/consumers?name=bot-1").later, list_);

    EXPECT_THAT(removed_, ElementsAre("bot-1"));
}

TEST_F(ControlRoutesTest, RemovalWithoutANameIsRefused) {
    EXPECT_EQ(ask("DELETE", "/consumers").status, 400U);
    EXPECT_EQ(ask("DELETE", "/consumers?name=").status, 400U);
    EXPECT_EQ(ask("DELETE", "/consumers?nam=bot").status, 400U);
    EXPECT_THAT(removed_, IsEmpty());
}

TEST_F(ControlRoutesTest, OrdersAreLoggedWithWhoGaveThem) {
    ask("POST", "/rotate");
    ask("POST", "/drain");
    ask("DELETE", "/consumers?name=bot");

    EXPECT_THAT(sink_.lines,
                ElementsAre("rotate asked for uid=1000 pid=42", "drain asked for uid=1000 pid=42",
                            "removal of a consumer asked for uid=1000 pid=42"));
}

TEST_F(ControlRoutesTest, ReadingChangesNothing) {
    EXPECT_EQ(ask("GET", "/rotate").status, 405U);
    EXPECT_EQ(ask("GET", "/drain").status, 405U);
    EXPECT_EQ(ask("POST", "/status").status, 405U);

    EXPECT_EQ(drains_, 0);
    EXPECT_THAT(sink_.lines, IsEmpty());
}

}  // namespace conduitd
