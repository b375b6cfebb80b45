#include "io/intake.hpp"

#include "io/clock.hpp"
#include "spool_fixture.hpp"

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>

#include <future>

namespace conduitd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class IntakeTest : public test::SpoolFixture {
protected:
    void on_news(const SpoolNews& news) override {
        ++news_seen;
        if (intake) intake->flush();
        for (const auto& batch : news.published) {
            batch->each(0, [this](const RecordView& record) {
                published.emplace_back(record.frame);
                ids.push_back(record.id);
                return true;
            });
        }
    }

    // Until the promise is fulfilled, as a disk that stalls would.
    void stall() {
        const auto under_way = std::make_shared<std::promise<void>>();
        const auto disk_answers = disk.get_future().share();
        ASSERT_TRUE(spool->try_run(
            [under_way, disk_answers](Spool&, SpoolTime) {
                under_way->set_value();
                disk_answers.wait();
            },
            [] {}));
        under_way->get_future().wait();
    }

    std::promise<void> disk;
    std::optional<Intake> intake;
    int news_seen = 0;
    std::vector<std::string> published;
    std::vector<IdDigest> ids;
};

TEST_F(IntakeTest, WhatOneTurnBringsIsOneBatch) {
    open();
    intake.emplace(context, *spool, "3", Log(log, "test"));

    intake->add("{a}", {1}, monotonic_now());
    intake->add("{b}", {2}, monotonic_now());

    ASSERT_TRUE(test::run_until(context, [&] { return !published.empty(); }));
    EXPECT_THAT(published, ElementsAre("{a}", "{b}"));
    EXPECT_THAT(ids, ElementsAre(IdDigest{1}, IdDigest{2}));
    EXPECT_EQ(news_seen, 1);
}

// As Beast has it between two frames that it was given by one read.
TEST_F(IntakeTest, FramesWithTurnsOfTheLoopBetweenThemAreOneBatch) {
    open();
    intake.emplace(context, *spool, "3", Log(log, "test"));

    intake->add("{a}", {1}, monotonic_now());
    boost::asio::post(context, [this] {
        boost::asio::post(context, [this] { intake->add("{b}", {2}, monotonic_now()); });
    });

    ASSERT_TRUE(test::run_until(context, [&] { return published.size() == 2; }));
    EXPECT_EQ(news_seen, 1);
}

TEST_F(IntakeTest, BatchThatIsLargeEnoughDoesNotWaitForAPause) {
    open();
    intake.emplace(context, *spool, "3", Log(log, "test"));

    intake->add(std::string(Intake::batch_bytes, 'x'), {}, monotonic_now());

    std::promise<std::uint64_t> visible_end;
    ASSERT_TRUE(spool->try_run(
        [&visible_end](Spool& written, SpoolTime) { visible_end.set_value(written.visible_end()); },
        [] {}));
    EXPECT_EQ(visible_end.get_future().get(), 2U);
}

TEST_F(IntakeTest, DiskThatStallsCostsNothingWithinTheLimit) {
    open({.queue_bytes_max = 100, .end_patience = std::chrono::hours(1)});
    intake.emplace(context, *spool, "3", Log(log, "test"));
    stall();

    for (int i = 0; i < 10; ++i) {
        intake->add(std::string(1000, static_cast<char>('a' + i)), {}, monotonic_now());
        intake->flush();
    }
    disk.set_value();
    wait_for_jobs();
    EXPECT_TRUE(intake->flush());

    ASSERT_TRUE(test::run_until(context, [&] { return published.size() == 10; }));
    for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(published[i][0], static_cast<char>('a' + i));
    EXPECT_EQ(intake->frames_lost(), 0U);
}

TEST_F(IntakeTest, WhatWaitsIsWhatTheQueueHasAndWhatItHasNoRoomFor) {
    open({.queue_bytes_max = 100, .end_patience = std::chrono::hours(1)});
    intake.emplace(context, *spool, "3", Log(log, "test"));
    stall();

    for (int i = 0; i < 10; ++i) {
        intake->add(std::string(1000, 'x'), {}, monotonic_now());
        intake->flush();
    }
    EXPECT_EQ(intake->waiting(), (Amount{10, 10 * (record_head_bytes + 1000)}));
    disk.set_value();
    wait_for_jobs();
    EXPECT_TRUE(intake->flush());

    ASSERT_TRUE(test::run_until(context, [&] { return published.size() == 10; }));
    EXPECT_EQ(intake->waiting(), Amount());
}

TEST_F(IntakeTest, WhatDoesNotFitIsCountedAndToldInItsPlace) {
    open({.queue_bytes_max = 100, .end_patience = std::chrono::hours(1)});
    intake.emplace(context, *spool, "3", Log(log, "test"));
    stall();
    const std::string frame(Intake::batch_bytes_max / 2, 'x');

    for (int i = 0; i < 6; ++i) {
        intake->add(frame, {}, monotonic_now());
        intake->flush();
    }
    EXPECT_EQ(intake->frames_lost(), 3U);  // one is queued, two wait
    disk.set_value();
    wait_for_jobs();
    intake->add("{last}", {}, monotonic_now());

    ASSERT_TRUE(test::run_until(context, [&] { return published.size() == 5; }));
    EXPECT_THAT(published[3], HasSubstr(R"("reason":"spool_not_written")"));
    EXPECT_THAT(published[3], HasSubstr("\"bytes\":" + std::to_string(3 * frame.size())));
    EXPECT_EQ(published[4], "{last}");
}

}  // namespace
}  // namespace conduitd
