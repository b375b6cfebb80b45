#include "io/spool_consumers.hpp"

#include "spool/error.hpp"
#include "spool_fixture.hpp"

#include <gmock/gmock.h>

namespace conduitd {
namespace {

class SpoolConsumersTest : public test::SpoolFixture {
protected:
    void SetUp() override {
        open();
        append(100);
    }

    Result<std::uint64_t> attach(SpoolConsumers& consumers, const std::string& name) {
        std::optional<Result<std::uint64_t>> answer;
        consumers.attach(name, std::nullopt, [&](const auto& cursor) { answer = cursor; });
        EXPECT_TRUE(test::run_until(context, [&] { return answer.has_value(); }));
        return *answer;
    }
};

TEST_F(SpoolConsumersTest, CursorComesBackToWhoAttachesAgain) {
    SpoolConsumers consumers(*spool);
    EXPECT_EQ(attach(consumers, "bot").value(), 0U);

    for (std::uint64_t acked = 1; acked <= 42; ++acked) consumers.save("bot", acked);
    consumers.detach("bot");

    EXPECT_EQ(attach(consumers, "bot").value(), 42U);
}

TEST_F(SpoolConsumersTest, ManyAcksAreFewJobs) {
    SpoolConsumers consumers(*spool);
    (void)attach(consumers, "bot");

    // More than the spool's thread takes jobs.
    for (std::uint64_t i = 0; i < 10'000; ++i) consumers.save("bot", 1 + i / 100);
    consumers.flush();
    wait_for_jobs();

    EXPECT_EQ(cursor_of("bot"), 100U);
}

TEST_F(SpoolConsumersTest, RefusalOfTheSpoolIsTheAnswer) {
    SpoolConsumers consumers(*spool);

    EXPECT_EQ(attach(consumers, "no name").error(), SpoolError::bad_consumer_name);
}

TEST_F(SpoolConsumersTest, ListIsAsOfAllThatWasAskedForBefore) {
    SpoolConsumers consumers(*spool);
    (void)attach(consumers, "bot");
    (void)attach(consumers, "gone");
    consumers.save("bot", 42);
    consumers.detach("gone");
    std::optional<std::vector<ConsumerStatus>> known;

    consumers.list([&](const auto& all) { known = all.value(); });

    ASSERT_TRUE(test::run_until(context, [&] { return known.has_value(); }));
    ASSERT_EQ(known->size(), 2U);
    EXPECT_EQ(known->at(0).name, "bot");
    EXPECT_EQ(known->at(0).acked, 42U);
    EXPECT_EQ(known->at(0).records_behind, 58U);
    EXPECT_TRUE(known->at(0).is_attached);
    EXPECT_FALSE(known->at(1).is_attached);
}

TEST_F(SpoolConsumersTest, OnlyWhoIsAwayIsRemoved) {
    SpoolConsumers consumers(*spool);
    (void)attach(consumers, "bot");
    std::vector<ErrorCode> answers;
    const auto remove = [&](const char* name) {
        consumers.remove(name, [&](ErrorCode error) { answers.push_back(error); });
    };

    remove("bot");
    consumers.detach("bot");
    remove("bot");
    remove("bot");

    ASSERT_TRUE(test::run_until(context, [&] { return answers.size() == 3; }));
    EXPECT_EQ(answers[0], SpoolError::consumer_is_connected);
    EXPECT_FALSE(answers[1]);
    EXPECT_EQ(answers[2], SpoolError::unknown_consumer);
}

TEST_F(SpoolConsumersTest, EndOfTheSpoolIsAnAnswerToo) {
    SpoolConsumers consumers(*spool);
    ASSERT_TRUE(spool->end().has_ended);
    std::optional<Result<std::uint64_t>> answer;

    consumers.attach("bot", std::nullopt, [&](const auto& cursor) { answer = cursor; });

    ASSERT_TRUE(answer);
    EXPECT_FALSE(*answer);
    bool is_refused = false;
    consumers.list([&](const auto& all) { is_refused = !all; });
    EXPECT_TRUE(is_refused);
}

}  // namespace
}  // namespace conduitd
