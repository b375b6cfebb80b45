#include "io/stdout_sink.hpp"

#include "spool_fixture.hpp"

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace conduitd {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Its reader goes while a batch is being written: both who watches the reader and the write say so.
class AbandonedWriter final : public StdoutWriter {
public:
    explicit AbandonedWriter(asio::io_context& context) : context_(context) {}

    void write(std::string, Done done) override {
        ++writes;
        if (gone_) asio::post(context_, std::exchange(gone_, nullptr));
        asio::post(context_, [done = std::move(done)] {
            done(make_error_code(boost::system::errc::broken_pipe), {});
        });
    }
    void watch_reader(std::function<void()> gone) override { gone_ = std::move(gone); }
    std::uint64_t bytes_taken() override { return 0; }
    bool end() override { return true; }
    std::uint64_t bytes_before() const override { return 0; }
    std::string unwritten() const override { return {}; }
    bool is_mid_line() const override { return false; }

    int writes = 0;

private:
    asio::io_context& context_;
    std::function<void()> gone_;
};

// Its first write never ends.
class HangingWriter final : public StdoutWriter {
public:
    void write(std::string, Done) override { is_writing_ = true; }
    void watch_reader(std::function<void()>) override {}
    std::uint64_t bytes_taken() override { return 0; }
    bool end() override { return !is_writing_; }
    std::uint64_t bytes_before() const override { return 0; }
    std::string unwritten() const override { return {}; }
    bool is_mid_line() const override { return is_writing_; }

private:
    bool is_writing_ = false;
};

class StdoutSinkTest : public test::SpoolFixture {
protected:
    void SetUp() override {
        std::signal(SIGPIPE, SIG_IGN);
        open();
        consumers.emplace(*spool);
    }
    void TearDown() override {
        sink.reset();
        for (const int end : ends) {
            if (end >= 0) ::close(end);
        }
    }

    void make_pipe() { ASSERT_EQ(::pipe2(ends.data(), O_NONBLOCK), 0); }

    void start(bool is_mid_line = false) {
        start(StdoutWriter::make(context, ends[1], {.is_mid_line = is_mid_line}));
    }
    void start(std::unique_ptr<StdoutWriter> writer, std::optional<StdoutResume> resume = {}) {
        sink = std::make_unique<StdoutSink>(
            context, *feed, *consumers, origin, LineFormat::annotated, std::move(writer),
            Log(log, "test"), SinkEvents{[this](ErrorCode error) { on_failed(error); }, [] {}},
            std::move(resume));
    }
    // Another process goes on with the same spool and pipe.
    void hand_over() {
        auto handover = sink->hand_over();
        ASSERT_TRUE(handover.resume);
        EXPECT_EQ(handover.end.ending, Spool::Ending::well);
        sink.reset();
        consumers.reset();
        ASSERT_TRUE(spool->end().has_ended);
        feed.reset();
        spool.reset();
        open();
        consumers.emplace(*spool);
        start(StdoutWriter::make(context, ends[1], {.is_resumed = true}),
              std::move(handover.resume));
    }
    void on_failed(ErrorCode error) {
        failure = error;
        ++failures;
    }

    // The next start on the same spool, with a reader of its own.
    void restart() {
        sink.reset();
        consumers.reset();
        ASSERT_TRUE(spool->end().has_ended);
        feed.reset();
        spool.reset();
        for (int& end : ends) ::close(std::exchange(end, -1));
        text.clear();
        lines_ = 0;
        make_pipe();
        open();
        consumers.emplace(*spool);
        start();
    }

    void on_news(const SpoolNews&) override {
        if (sink) sink->wake();
    }

    void read_some(std::size_t bytes) {
        std::string buffer(bytes, '\0');
        const auto got = ::read(ends[0], buffer.data(), buffer.size());
        if (got <= 0) return;
        buffer.resize(static_cast<std::size_t>(got));
        lines_ += static_cast<int>(std::ranges::count(buffer, '\n'));
        text += buffer;
    }

    // Lines that the reader has whole.
    [[nodiscard]] int lines() const { return lines_; }

    void read_lines(int count) {
        ASSERT_TRUE(test::run_until(context, [&] {
            // What the loop has to say comes seldom; what the pipe has, often.
            pollfd entry{ends[0], POLLIN, 0};
            do {
                context.poll();
                read_some(65536);
            } while (lines() < count && ::poll(&entry, 1, 100) == 1);
            return lines() >= count;
        })) << lines();
    }

    void expect_lines(int first, int last) const {
        std::size_t at = 0;
        for (int number = first; number <= last; ++number) {
            const auto frame = R"("n":)" + std::to_string(number) +
                               (text.find(",\"x\"") == std::string::npos ? "}" : ",");
            const auto end = text.find('\n', at);
            ASSERT_NE(end, std::string::npos) << number;
            ASSERT_NE(text.substr(at, end - at).find(frame), std::string::npos) << number;
            at = end + 1;
        }
        EXPECT_EQ(at, text.size());
    }

    std::array<int, 2> ends{-1, -1};
    std::optional<SpoolConsumers> consumers;
    LineOrigin origin{"conduit", "3"};
    std::unique_ptr<StdoutSink> sink;
    std::optional<ErrorCode> failure;
    int failures = 0;
    std::string text;
    int lines_ = 0;
};

TEST_F(StdoutSinkTest, LinesComeInOrderAndTheCursorFollowsTheReader) {
    make_pipe();
    start();
    append(500);

    read_lines(500);

    expect_lines(1, 500);
    ASSERT_TRUE(test::run_until(context, [&] { return sink->is_caught_up(); }));
    EXPECT_EQ(sink->lines_written(), 500U);
    EXPECT_EQ(cursor_of("stdout"), 500U);
}

TEST_F(StdoutSinkTest, WhatLiesInThePipeIsNotTaken) {
    make_pipe();
    start();
    append(3);
    ASSERT_TRUE(test::run_until(context, [&] { return sink->lines_written() == 3; }));
    wait_for_jobs();

    EXPECT_FALSE(sink->is_caught_up());

    EXPECT_EQ(cursor_of("stdout"), 0U);
}

TEST_F(StdoutSinkTest, TheNextStartGoesOnAtTheFirstLineThatWasNotTakenWhole) {
    make_pipe();
    start();
    append(10);
    ASSERT_TRUE(test::run_until(context, [&] {
        if (text.empty()) read_some(1);
        return !text.empty();
    }));
    while (lines() < 4) read_some(1);
    read_some(5);  // of the fifth
    ::close(std::exchange(ends[0], -1));
    ASSERT_TRUE(test::run_until(context, [&] { return failure.has_value(); }));
    EXPECT_EQ(*failure, boost::system::errc::broken_pipe);
    EXPECT_EQ(sink->end().ending, Spool::Ending::well);

    restart();
    read_lines(6);

    expect_lines(5, 10);
}

TEST_F(StdoutSinkTest, AnotherProcessGoesOnInTheMiddleOfALine) {
    make_pipe();
    start();
    append(5000);  // more than the pipe takes
    ASSERT_TRUE(test::run_until(context, [&] { return sink->lines_written() > 1000; }));
    read_some(10'000);

    hand_over();
    append(10);
    read_lines(5010);

    expect_lines(1, 5010);
    ASSERT_TRUE(test::run_until(context, [&] { return sink->is_caught_up(); }));
}

// What the process before has written, and the reader has not read, is not acked for it.
TEST_F(StdoutSinkTest, WhatLiesInThePipeAtAHandoverIsNotTaken) {
    make_pipe();
    start();
    append(3);
    ASSERT_TRUE(test::run_until(context, [&] { return sink->lines_written() == 3; }));

    hand_over();
    test::run_for(context, 3 * StdoutSink::look_interval);
    wait_for_jobs();
    EXPECT_FALSE(sink->is_caught_up());
    EXPECT_EQ(cursor_of("stdout"), 0U);

    read_lines(3);
    ASSERT_TRUE(test::run_until(context, [&] { return sink->is_caught_up(); }));
    expect_lines(1, 3);
}

TEST_F(StdoutSinkTest, ReaderThatGoesDuringAWriteFailsTheSinkOnce) {
    auto owned = std::make_unique<AbandonedWriter>(context);
    const auto& writer = *owned;
    start(std::move(owned));

    append(3);
    append(3);
    ASSERT_TRUE(test::run_until(context, [&] { return failure.has_value(); }));
    wait_for_jobs();

    EXPECT_EQ(failures, 1);
    EXPECT_EQ(*failure, boost::system::errc::broken_pipe);
    EXPECT_EQ(writer.writes, 1);
}

TEST_F(StdoutSinkTest, ReaderThatStallsCostsNeitherEventsNorMemory) {
    make_pipe();
    start();
    append(12'000, 1000);
    const auto written = sink->lines_written();
    EXPECT_LT(written, 2'000U);

    read_lines(12'000);

    expect_lines(1, 12'000);
}

TEST_F(StdoutSinkTest, LineLeftHalfWrittenIsReported) {
    make_pipe();
    start();
    append(400, 1000);  // more than the pipe holds
    ASSERT_TRUE(test::run_until(context, [&] {
        pollfd pipe{ends[1], POLLOUT, 0};
        return ::poll(&pipe, 1, 0) == 0;
    }));

    const auto end = sink->end();

    EXPECT_EQ(end.ending, Spool::Ending::cut_off);
    EXPECT_EQ(end.trouble, "");
}

TEST_F(StdoutSinkTest, WriteThatHangsIsReportedAndTheCursorStaysBeforeIt) {
    start(std::make_unique<HangingWriter>());
    append(3);
    ASSERT_TRUE(test::run_until(context, [&] { return sink->lines_written() == 3; }));

    const auto end = sink->end();

    EXPECT_EQ(end.ending, Spool::Ending::cut_off);
    EXPECT_THAT(end.trouble, HasSubstr("does not return"));
    EXPECT_THAT(log.lines, Contains(HasSubstr("does not return")));
    EXPECT_EQ(cursor_of("stdout"), 0U);
}

TEST_F(StdoutSinkTest, LineBreakComesFirstWhereALineMayBeTorn) {
    make_pipe();
    start(true);
    append(1);

    read_lines(2);

    EXPECT_THAT(text, StartsWith("\n{\"seq\":1,"));
    ASSERT_TRUE(test::run_until(context, [&] { return sink->is_caught_up(); }));
}

TEST_F(StdoutSinkTest, SocketCountsAsReadOnceItIsEmpty) {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    start();
    append(100);
    ASSERT_TRUE(test::run_until(context, [&] { return sink->lines_written() == 100; }));
    EXPECT_FALSE(sink->is_caught_up());

    read_lines(100);

    ASSERT_TRUE(test::run_until(context, [&] { return sink->is_caught_up(); }));
}

TEST_F(StdoutSinkTest, FileTakesWhatIsWritten) {
    ends[1] = ::open((folder / "out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    start();
    append(100);

    EXPECT_TRUE(test::run_until(context, [&] { return sink->is_caught_up(); }));
}

TEST_F(StdoutSinkTest, LineOfOurOwnStandsBesideTheRecords) {
    make_pipe();
    start();
    append(1);
    read_lines(1);

    sink->tell("{\"own\":1}\n");

    read_lines(2);
    EXPECT_TRUE(text.ends_with("{\"own\":1}\n"));
    ASSERT_TRUE(test::run_until(context, [&] { return sink->is_caught_up(); }));
}

}  // namespace
}  // namespace conduitd
