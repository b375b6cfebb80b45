#include "io/stdout_writer.hpp"

#include "base/ensure.hpp"
#include "io/asio.hpp"
#include "io/output.hpp"
#include "io/thread.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace conduitd {
namespace {

// Wakes a thread that sleeps in poll().
class WakeUp {
public:
    WakeUp() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    ~WakeUp() { ::close(fd_); }
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    void set() { ::eventfd_write(fd_, 1); }
    void clear() {
        eventfd_t ignored = 0;
        ::eventfd_read(fd_, &ignored);
    }
    [[nodiscard]] int descriptor() const { return fd_; }

private:
    int fd_;
};

// Owned by the loop's thread. The writing thread takes a batch, and posts it back when it is done;
// what it posts reaches `this` only while the flag behind `alive_` is there, which only the loop's
// thread looks at.
class ThreadedWriter final : public StdoutWriter {
public:
    ThreadedWriter(Executor executor, int fd, bool is_mid_line)
        : executor_(executor), output_(fd), is_mid_line_(is_mid_line) {
        thread_ = start_thread("stdout", [this] { run(); });
    }

    ~ThreadedWriter() override { ThreadedWriter::stop(); }
    ThreadedWriter(const ThreadedWriter&) = delete;
    ThreadedWriter& operator=(const ThreadedWriter&) = delete;

    void write(std::string batch, Done done) override;
    void watch_reader(std::function<void()> gone) override;
    std::uint64_t bytes_taken() override;
    void stop() override;
    bool is_mid_line() const override { return is_mid_line_; }

private:
    using Work = asio::executor_work_guard<Executor>;

    // On the writing thread.
    void run();
    ErrorCode write_all(const std::string& batch);
    void wait(short events);
    void report_gone();
    template <class Function>
    void call_back(Function function);

    Executor executor_;
    Output output_;
    WakeUp wake_up_;
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> watching_ = false;
    std::atomic<std::uint64_t> bytes_written_ = 0;
    std::atomic<bool> is_mid_line_;

    std::mutex mutex_;
    std::optional<std::string> batch_;  // handed over, not yet taken by the thread

    // Of the loop's thread only.
    std::uint64_t bytes_taken_ = 0;
    Done done_;
    std::optional<Work> work_;  // the loop does not end while a batch is under way
    std::function<void()> gone_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    const std::weak_ptr<bool> is_alive_ = alive_;  // never changes: any thread may copy it

    std::thread thread_;
};

void ThreadedWriter::write(std::string batch, Done done) {
    ensure(done_ == nullptr, "one batch is written at a time");
    done_ = std::move(done);
    work_.emplace(executor_);
    {
        const std::lock_guard lock(mutex_);
        batch_ = std::move(batch);
    }
    wake_up_.set();
}

void ThreadedWriter::watch_reader(std::function<void()> gone) {
    if (output_.is_file()) return;
    gone_ = std::move(gone);
    watching_ = true;
    wake_up_.set();
}

void ThreadedWriter::stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    wake_up_.set();
    thread_.join();  // never waits for the reader: see Output
}

std::uint64_t ThreadedWriter::bytes_taken() {
    // In this order: what the thread writes meanwhile makes the answer too small, never too large.
    const std::uint64_t written = bytes_written_;
    const auto unread = output_.unread_max();
    if (written > unread) bytes_taken_ = std::max(bytes_taken_, written - unread);
    return bytes_taken_;
}

void ThreadedWriter::run() {
    while (!stopping_) {
        std::optional<std::string> batch;
        {
            const std::lock_guard lock(mutex_);
            batch = std::exchange(batch_, std::nullopt);
        }
        if (!batch) {
            wait(0);
            continue;
        }
        const auto error = write_all(*batch);
        if (stopping_) return;
        batch->clear();
        call_back([this, error, buffer = std::move(*batch)]() mutable {
            work_.reset();
            std::exchange(done_, nullptr)(error, std::move(buffer));
        });
    }
}

ErrorCode ThreadedWriter::write_all(const std::string& batch) {
    std::string_view rest = batch;
    while (!rest.empty() && !stopping_) {
        std::size_t written = 0;
        const bool was_mid_line = is_mid_line_.exchange(true);  // as long as it is not known
        if (const auto error = output_.write_some(rest, written)) return error;
        is_mid_line_ = written > 0 ? rest[written - 1] != '\n' : was_mid_line;
        bytes_written_ += written;
        rest.remove_prefix(written);
        if (written == 0) wait(POLLOUT);
    }
    return {};
}

// Sleeps until there is something to do, or, with POLLOUT, until there is room. A reader that is
// gone shows without being asked for: POLLERR on a pipe, POLLHUP on a socket or terminal.
void ThreadedWriter::wait(short events) {
    const bool look_at_output = events != 0 || watching_;
    pollfd entries[] = {{wake_up_.descriptor(), POLLIN, 0},
                        {look_at_output ? output_.descriptor() : -1, events, 0}};
    ::poll(entries, 2, -1);
    if (entries[0].revents != 0) wake_up_.clear();
    const bool is_gone = (entries[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
    if (is_gone && watching_.exchange(false)) report_gone();
}

void ThreadedWriter::report_gone() {
    call_back([this] {
        if (const auto gone = std::exchange(gone_, nullptr)) gone();
    });
}

template <class Function>
void ThreadedWriter::call_back(Function function) {
    asio::post(executor_, [alive = is_alive_, function = std::move(function)]() mutable {
        if (!alive.expired()) function();
    });
}

}  // namespace

std::unique_ptr<StdoutWriter> StdoutWriter::make(asio::io_context& context, int fd,
                                                 bool is_mid_line) {
    return std::make_unique<ThreadedWriter>(context.get_executor(), fd, is_mid_line);
}

}  // namespace conduitd
