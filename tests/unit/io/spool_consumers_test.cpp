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

TEST_F(SpoolConsumersTest, EndOfTheSpoolIsAnAnswerToo) {
    SpoolConsumers consumers(*spool);
    ASSERT_TRUE(spool->end().has_ended);
    std::optional<Result<std::uint64_t>> answer;

    consumers.attach("bot", std::nullopt, [&](const auto& cursor) { answer = cursor; });

    ASSERT_TRUE(answer);
    EXPECT_FALSE(*answer);
}

}  // namespace
}  // namespace conduitd
