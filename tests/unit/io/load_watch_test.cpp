#include "io/load_watch.hpp"

#include "helix/recording_log.hpp"
#include "io/files.hpp"
#include "io/loop.hpp"
#include "io/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace conduitd {
namespace {

using std::chrono::milliseconds;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

// Loads and backlogs far beyond any limit, or none, so that it does not matter how fast the machine
// is.
class LoadWatchTest : public ::testing::Test {
protected:
    LoadWatchTest() {
        options.period = milliseconds(1);
        options.monitor.load.capacity = 1;
        options.monitor.load.lag_max = std::chrono::hours(1);
        for (auto* const limits : {&options.monitor.load_limits, &options.monitor.backlog_limits}) {
            limits->enter_after = {};
            limits->leave_after = {};
        }
        options.hook_environment = {"PATH=/usr/bin:/bin"};
        options.load_hook = "cat > " + folder / "load";
        options.backlog_hook = "cat > " + folder / "backlog";
        options.hook_time_limit = std::chrono::hours(1);
    }

    void start() {
        watch = std::make_unique<LoadWatch>(
            context, options, origin, log,
            LoadWatchEvents{[this] {
                                ++reads;
                                reading.load.events += events_each;
                                return reading;
                            },
                            [this](const std::string& line) { sent.push_back(line); }});
        watch->start();
    }

    const test::TemporaryFolder folder;
    asio::io_context context;
    RecordingLog log;
    LineOrigin origin{"conduit-1", "3"};
    LoadWatchOptions options;
    LoadReading reading;
    std::uint64_t events_each = 0;
    int reads = 0;
    std::vector<std::string> sent;
    std::unique_ptr<LoadWatch> watch;
};

}  // namespace

TEST_F(LoadWatchTest, LoadIsLoggedSentAndGivenToItsHook) {
    events_each = 1'000'000'000;
    start();

    ASSERT_TRUE(test::run_until(context, [this] { return watch->status().load_hook.runs == 1; }));

    ASSERT_EQ(sent.size(), 1U);
    EXPECT_THAT(sent[0],
                HasSubstr(R"("shard_id":"3","metadata":{"message_type":"conduitd.load"})"));
    EXPECT_THAT(sent[0], HasSubstr(R"("level":"overload","previous":"available")"));
    EXPECT_EQ(read_file(folder / "load").value(), sent[0]);
    EXPECT_EQ(log.count("warn the load has another level level=overload"), 1U);
    const auto status = watch->status();
    EXPECT_EQ(status.load.level, Level::overload);
    EXPECT_EQ(status.load_hook.failures, 0U);
    EXPECT_EQ(status.backlog_hook.runs, 0U);
}

TEST_F(LoadWatchTest, BacklogIsLoggedAndGivenToItsHookButNotSent) {
    reading.slowest = {"bot", 1, 1ULL << 40};
    start();

    ASSERT_TRUE(
        test::run_until(context, [this] { return watch->status().backlog_hook.runs == 1; }));
    reading.slowest.reset();
    ASSERT_TRUE(
        test::run_until(context, [this] { return watch->status().backlog_hook.runs == 2; }));

    EXPECT_THAT(sent, Each(Not(HasSubstr("conduitd.backlog"))));
    EXPECT_THAT(
        read_file(folder / "backlog").value(),
        HasSubstr(R"("conduitd.backlog"},"payload":{"level":"available","previous":"overload")"));
    EXPECT_EQ(log.count("backlog has another level level=overload share_percent=10000"), 1U);
    EXPECT_EQ(log.count("info the slowest consumer's backlog has another level"), 1U);
}

TEST_F(LoadWatchTest, NothingIsReadAfterTheStop) {
    start();
    ASSERT_TRUE(test::run_until(context, [this] { return reads >= 3; }));

    watch->stop();
    const int reads_before = reads;
    test::run_for(context, milliseconds(20));

    EXPECT_EQ(reads, reads_before);
}

TEST_F(LoadWatchTest, LoopMayGoOnWithoutIt) {
    start();
    ASSERT_TRUE(test::run_until(context, [this] { return reads >= 1; }));

    watch.reset();
    const int reads_before = reads;
    test::run_for(context, milliseconds(20));

    EXPECT_EQ(reads, reads_before);
}

}  // namespace conduitd
