#include "io/stdout_writer.hpp"

#include "io/files.hpp"
#include "loop.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace conduitd {
namespace {

// Two ends; the kind (pipe or socket) is the maker's.
struct Ends {
    ~Ends() {
        if (reader >= 0) ::close(reader);
        if (writer >= 0) ::close(writer);
    }
    void close_reader() { ::close(std::exchange(reader, -1)); }

    int reader = -1;
    int writer = -1;
};

void make_pipe(Ends& ends) {
    std::array<int, 2> both{};
    ASSERT_EQ(::pipe(both.data()), 0);
    ends.reader = both[0];
    ends.writer = both[1];
}

void make_socket_pair(Ends& ends) {
    std::array<int, 2> both{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()), 0);
    ends.reader = both[0];
    ends.writer = both[1];
}

// A write to it takes as long as one to a disk that hangs: until release(). It is an eventfd, which
// polls as if there was room for what is written.
class HangingFile {
public:
    static constexpr const char* text = "8 bytes\n";  // as many as an eventfd takes

    HangingFile() : fd_(::eventfd(0, EFD_CLOEXEC)) {
        EXPECT_EQ(::eventfd_write(fd_, UINT64_MAX - 2), 0);
    }
    ~HangingFile() { ::close(fd_); }
    HangingFile(const HangingFile&) = delete;
    HangingFile& operator=(const HangingFile&) = delete;

    [[nodiscard]] int descriptor() const { return fd_; }

    // Returns once the text is written.
    void release() const {
        eventfd_t value = 0;
        EXPECT_EQ(::eventfd_read(fd_, &value), 0);  // makes room
        EXPECT_EQ(::eventfd_read(fd_, &value), 0);
    }

private:
    int fd_;
};

std::string read_bytes(int fd, std::size_t size) {
    std::string out(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const auto result = ::read(fd, out.data() + have, size - have);
        if (result <= 0) break;
        have += static_cast<std::size_t>(result);
    }
    out.resize(have);
    return out;
}

std::string numbered_lines(std::size_t bytes) {
    std::string out;
    for (int i = 0; out.size() < bytes; ++i) out += "line " + std::to_string(i) + "\n";
    return out;
}

class StdoutWriterTest : public ::testing::Test {
protected:
    void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }

    StdoutWriter::Done record() {
        return [this](ErrorCode error, std::string buffer) {
            result_ = error;
            returned_ = std::move(buffer);
        };
    }
    bool finishes() {
        return test::run_until(context_, [this] { return result_.has_value(); });
    }

    asio::io_context context_;
    std::optional<ErrorCode> result_;
    std::string returned_;
};

}  // namespace

TEST_F(StdoutWriterTest, BatchesReachAFileInOrderAndTheBufferComesBack) {
    const test::TemporaryFolder folder;
    const int fd = ::open((folder / "out").c_str(), O_WRONLY | O_CREAT, 0600);
    const auto writer = StdoutWriter::make(context_, fd);

    std::string batch = "one\n";
    batch.reserve(4096);
    writer->write(std::move(batch), record());
    ASSERT_TRUE(finishes());
    EXPECT_FALSE(*result_);
    EXPECT_TRUE(returned_.empty());
    EXPECT_GE(returned_.capacity(), 4096U);
    result_.reset();
    writer->write("two\n", record());
    ASSERT_TRUE(finishes());

    EXPECT_EQ(read_file(folder / "out").value(), "one\ntwo\n");
    ::close(fd);
}

TEST_F(StdoutWriterTest, BatchLargerThanThePipeArrivesWhole) {
    Ends ends;
    make_pipe(ends);
    const auto writer = StdoutWriter::make(context_, ends.writer);
    const auto text = numbered_lines(300'000);

    writer->write(text, record());
    const auto seen = read_bytes(ends.reader, text.size());

    EXPECT_TRUE(seen == text);
    ASSERT_TRUE(finishes());
    EXPECT_FALSE(*result_);
}

TEST_F(StdoutWriterTest, FlagsSharedWithOtherProcessesAreLeftAlone) {
    Ends ends;
    make_pipe(ends);

    const auto writer = StdoutWriter::make(context_, ends.writer);
    writer->write("x", record());
    ASSERT_TRUE(finishes());

    EXPECT_EQ(::fcntl(ends.writer, F_GETFL) & O_NONBLOCK, 0);
}

// It would for ever.
TEST_F(StdoutWriterTest, EndDoesNotWaitForAReaderThatStalls) {
    Ends pipe;
    make_pipe(pipe);
    Ends socket;
    make_socket_pair(socket);
    for (const int fd : {pipe.writer, socket.writer}) {
        const auto writer =
            StdoutWriter::make(context_, fd, {.end_patience = std::chrono::hours(1)});
        writer->write(numbered_lines(1'000'000), record());
        test::run_for(context_, std::chrono::milliseconds(50));

        EXPECT_TRUE(writer->end());

        test::run_for(context_, std::chrono::milliseconds(10));
        EXPECT_FALSE(result_);
    }
}

TEST_F(StdoutWriterTest, EndDoesNotWaitForAWriteThatHangs) {
    const HangingFile file;
    auto writer = StdoutWriter::make(context_, file.descriptor(),
                                     {.end_patience = std::chrono::milliseconds(10)});
    writer->write(HangingFile::text, record());
    ASSERT_TRUE(test::run_until(context_, [&] { return writer->is_mid_line(); }));

    EXPECT_FALSE(writer->end());

    EXPECT_TRUE(writer->is_mid_line());
    EXPECT_EQ(writer->bytes_taken(), 0U);
    writer.reset();
    file.release();
    test::run_for(context_, std::chrono::milliseconds(10));
    EXPECT_FALSE(result_);
}

TEST_F(StdoutWriterTest, EndWaitsForAWriteThatTheDiskIsSlowToTake) {
    const HangingFile file;
    auto writer =
        StdoutWriter::make(context_, file.descriptor(), {.end_patience = std::chrono::hours(1)});
    writer->write(HangingFile::text, record());
    ASSERT_TRUE(test::run_until(context_, [&] { return writer->is_mid_line(); }));
    std::thread disk([&file] { file.release(); });

    EXPECT_TRUE(writer->end());

    EXPECT_FALSE(writer->is_mid_line());
    EXPECT_EQ(writer->bytes_taken(), std::string_view(HangingFile::text).size());
    disk.join();
}

TEST_F(StdoutWriterTest, WriteToAClosedPipeIsABrokenPipe) {
    Ends ends;
    make_pipe(ends);
    const auto writer = StdoutWriter::make(context_, ends.writer);
    ends.close_reader();

    writer->write("x\n", record());

    ASSERT_TRUE(finishes());
    EXPECT_EQ(*result_, boost::system::errc::broken_pipe);
}

TEST_F(StdoutWriterTest, ReaderThatGoesAwayDuringAWriteIsABrokenPipe) {
    Ends ends;
    make_pipe(ends);
    const auto writer = StdoutWriter::make(context_, ends.writer);

    writer->write(numbered_lines(1'000'000), record());
    read_bytes(ends.reader, 100);
    ends.close_reader();

    ASSERT_TRUE(finishes());
    EXPECT_EQ(*result_, boost::system::errc::broken_pipe);
}

TEST_F(StdoutWriterTest, FullDiskIsReported) {
    const int fd = ::open("/dev/full", O_WRONLY);
    const auto writer = StdoutWriter::make(context_, fd);

    writer->write("x\n", record());

    ASSERT_TRUE(finishes());
    EXPECT_EQ(*result_, boost::system::errc::no_space_on_device);
    ::close(fd);
}

TEST_F(StdoutWriterTest, ReaderThatIsGoneIsNoticedWhileIdle) {
    for (const auto make : {make_pipe, make_socket_pair}) {
        Ends ends;
        make(ends);
        const auto writer = StdoutWriter::make(context_, ends.writer);
        int times_gone = 0;

        writer->watch_reader([&times_gone] { ++times_gone; });
        test::run_for(context_, std::chrono::milliseconds(20));
        EXPECT_EQ(times_gone, 0);
        ends.close_reader();

        EXPECT_TRUE(test::run_until(context_, [&] { return times_gone > 0; }));
        test::run_for(context_, std::chrono::milliseconds(20));
        EXPECT_EQ(times_gone, 1);
    }
}

}  // namespace conduitd
