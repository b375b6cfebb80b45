#include "conduitd/consumer_answers.hpp"

#include "io/spool_fixture.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace conduitd {
namespace {

using ::testing::HasSubstr;

class NobodyConnected final : public Sink {
public:
    void wake() override {}
    void tell(std::string_view) override {}
    bool is_caught_up() const override { return true; }
    SinkEnd end() override { return {}; }
    SinkHandover hand_over() override { return {}; }
    std::uint64_t lines_written() const override { return 0; }
    std::vector<ConnectedConsumer> connected() const override { return {}; }
};

class ConsumerAnswersTest : public test::SpoolFixture {
protected:
    // As the route's client gets it.
    ServedAnswer wait_for(const std::shared_ptr<LateAnswer>& later) {
        std::optional<ServedAnswer> given;
        later->on_given([&given](ServedAnswer answer) { given = std::move(answer); });
        EXPECT_TRUE(test::run_until(context, [&] { return given.has_value(); }));
        return given.value_or(ServedAnswer{});
    }

    void attach(const std::string& name) {
        bool is_attached = false;
        consumers->attach(name, std::nullopt, [&](const auto& cursor) { is_attached = !!cursor; });
        ASSERT_TRUE(test::run_until(context, [&] { return is_attached; }));
    }

    // Calls to the disk end with an error: a folder is at the place of the consumer's file.
    void spoil_file_of(const std::string& name) {
        const auto file = folder / (name + ".cursor");
        std::filesystem::remove(file);
        std::filesystem::create_directory(file);
    }

    void open_spool(SpoolThreadLimits limits = {.end_patience = std::chrono::hours(1)}) {
        open(limits);
        consumers.emplace(*spool);
    }

    std::optional<SpoolConsumers> consumers;
    const NobodyConnected sink;
};

TEST_F(ConsumerAnswersTest, ListHasWhoHasACursor) {
    open_spool();
    attach("bot");

    const auto answer = wait_for(list_consumers(*consumers, sink));

    EXPECT_EQ(answer.status, 200U);
    EXPECT_THAT(answer.body, HasSubstr(R"("name":"bot")"));
}

TEST_F(ConsumerAnswersTest, RemovalIsConfirmedOnceTheFileIsGone) {
    open_spool();
    attach("bot");
    consumers->detach("bot");

    const auto answer = wait_for(remove_consumer(*consumers, "bot"));

    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.body, R"({"removed":"bot"})");
    EXPECT_FALSE(std::filesystem::exists(folder / "bot.cursor"));
}

TEST_F(ConsumerAnswersTest, NobodyOfThatNameIsNotFoundAndOneWhoIsThereAConflict) {
    open_spool();
    attach("bot");

    EXPECT_EQ(wait_for(remove_consumer(*consumers, "other")).status, 404U);
    EXPECT_EQ(wait_for(remove_consumer(*consumers, "bot")).status, 409U);
}

TEST_F(ConsumerAnswersTest, DiskThatDoesNotAnswerMayBeAskedAgain) {
    open_spool({.jobs_max = 0, .end_patience = std::chrono::hours(1)});  // as if all were waiting

    for (const auto& later : {list_consumers(*consumers, sink), remove_consumer(*consumers, "a")}) {
        const auto answer = wait_for(later);
        EXPECT_EQ(answer.status, 503U);
        EXPECT_EQ(answer.body, R"({"error":"the disk does not answer"})");
    }
}

TEST_F(ConsumerAnswersTest, FileThatCannotBeRemovedIsSaidWithTheReason) {
    open_spool();
    attach("bot");
    consumers->detach("bot");
    wait_for_jobs();
    spoil_file_of("bot");

    const auto answer = wait_for(remove_consumer(*consumers, "bot"));

    EXPECT_EQ(answer.status, 503U);
    EXPECT_THAT(answer.body, HasSubstr("Is a directory"));
}

TEST_F(ConsumerAnswersTest, ClientThatHasLeftIsNotAnswered) {
    open_spool();
    attach("bot");
    consumers->detach("bot");

    remove_consumer(*consumers, "bot").reset();
    const auto answer = wait_for(list_consumers(*consumers, sink));

    EXPECT_THAT(answer.body, testing::Not(HasSubstr("bot")));
}

}  // namespace
}  // namespace conduitd
