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
#include <condition_variable>
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

// What the writing thread touches. It takes a batch, and posts it back when it is done; while it
// has none, the loop's thread may write. A call to a disk that hangs may outlive the writer and its
// io_context, so the thread owns all of this.
struct State : std::enable_shared_from_this<State> {
    // On the loop's thread.
    struct Events {
        StdoutWriter::Done written;
        std::function<void()> gone;
    };

    State(Executor loop, int fd, bool is_mid_line_before)
        : executor(std::move(loop)), output(fd), is_mid_line(is_mid_line_before) {}

    struct Batch {
        std::string lines;
        std::size_t bytes_written = 0;
    };

    void run() {
        while (!is_ending) {
            std::optional<Batch> taken;
            {
                const std::lock_guard lock(mutex);
                taken = std::exchange(batch, std::nullopt);
            }
            if (!taken) {
                wait(0);
                continue;
            }
            ErrorCode error;
            while (!error && taken->bytes_written < taken->lines.size() && !is_ending) {
                const auto before = taken->bytes_written;
                error = write_some(*taken);
                if (!error && taken->bytes_written == before) wait(POLLOUT);
            }
            if (is_ending && !error) {
                const std::lock_guard lock(mutex);
                batch = std::move(taken);
                break;
            }
            finish(std::move(*taken), error);
        }
        const std::lock_guard lock(mutex);
        has_ended = true;
        ended.notify_all();
    }

    // As much as there is room for.
    ErrorCode write_some(Batch& to_write) {
        const auto rest = std::string_view(to_write.lines).substr(to_write.bytes_written);
        std::size_t written = 0;
        const bool was_mid_line = is_mid_line.exchange(true);  // as long as it is not known
        if (const auto error = output.write_some(rest, written)) return error;
        is_mid_line = written > 0 ? rest[written - 1] != '\n' : was_mid_line;
        bytes_written += written;
        to_write.bytes_written += written;
        return {};
    }

    void finish(Batch written, ErrorCode error) {
        written.lines.clear();
        call_back([error, buffer = std::move(written.lines)](Events& to) mutable {
            std::exchange(to.written, nullptr)(error, std::move(buffer));
        });
    }

    // Sleeps until there is something to do, or, with POLLOUT, until there is room. A reader that
    // is gone shows without being asked for: POLLERR on a pipe, POLLHUP on a socket or terminal.
    void wait(short events_wanted) {
        const bool look_at_output = events_wanted != 0 || is_watching;
        pollfd entries[] = {{wake_up.descriptor(), POLLIN, 0},
                            {look_at_output ? output.descriptor() : -1, events_wanted, 0}};
        ::poll(entries, 2, -1);
        if (entries[0].revents != 0) wake_up.clear();
        const bool is_gone = (entries[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
        if (is_gone && is_watching.exchange(false)) {
            call_back([](Events& to) {
                if (const auto gone = std::exchange(to.gone, nullptr)) gone();
            });
        }
    }

    template <class Function>
    void call_back(Function function) {
        const std::lock_guard lock(mutex);
        if (is_ending) return;
        asio::post(executor,
                   [state = shared_from_this(), function = std::move(function)]() mutable {
                       if (!state->is_ending) function(state->events);
                   });
    }

    const Executor executor;  // not touched once `is_ending`
    Output output;
    WakeUp wake_up;
    std::atomic<bool> is_ending = false;  // set by the loop's thread, under the mutex
    std::atomic<bool> is_watching = false;
    std::atomic<std::uint64_t> bytes_written = 0;
    std::atomic<bool> is_mid_line;

    std::mutex mutex;
    std::condition_variable ended;
    std::optional<Batch> batch;  // handed over, not yet taken by the thread
    bool has_ended = false;

    Events events;  // of the loop's thread only
};

class ThreadedWriter final : public StdoutWriter {
public:
    ThreadedWriter(const Executor& executor, int fd, StdoutWriterOptions options)
        : end_patience_(options.end_patience),
          state_(std::make_shared<State>(executor, fd, options.is_mid_line)),
          bytes_before_(options.is_resumed ? state_->output.unread_max() : 0),
          thread_(start_thread("stdout", [state = state_] { state->run(); })) {}

    ~ThreadedWriter() override { (void)ThreadedWriter::end(); }
    ThreadedWriter(const ThreadedWriter&) = delete;
    ThreadedWriter& operator=(const ThreadedWriter&) = delete;

    void write(std::string lines, Done done) override;
    void watch_reader(std::function<void()> gone) override;
    std::uint64_t bytes_taken() override;
    bool end() override;
    bool is_mid_line() const override { return state_->is_mid_line; }
    std::uint64_t bytes_before() const override { return bytes_before_; }
    std::string unwritten() const override;

private:
    using Work = asio::executor_work_guard<Executor>;

    const Duration end_patience_;
    const std::shared_ptr<State> state_;  // the thread's too
    const std::uint64_t bytes_before_;
    std::uint64_t bytes_taken_ = 0;
    std::optional<Work> work_;  // the loop does not end while a batch is under way
    std::thread thread_;        // not joinable once ended
};

// What goes in at once is written here: to wake the thread for it, and to be woken by it, takes so
// long on a busy machine that the lines fell behind, and had to be read back from the disk.
void ThreadedWriter::write(std::string lines, Done done) {
    ensure(!work_, "one batch is written at a time");
    work_.emplace(state_->executor);
    state_->events.written = [this, done = std::move(done)](ErrorCode error, std::string buffer) {
        work_.reset();
        done(error, std::move(buffer));
    };
    State::Batch batch{std::move(lines)};
    const auto error = state_->output.may_wait() ? ErrorCode() : state_->write_some(batch);
    if (error || batch.bytes_written == batch.lines.size()) {
        state_->finish(std::move(batch), error);
        return;
    }
    {
        const std::lock_guard lock(state_->mutex);
        state_->batch = std::move(batch);
    }
    state_->wake_up.set();
}

void ThreadedWriter::watch_reader(std::function<void()> gone) {
    if (state_->output.is_file()) return;
    state_->events.gone = std::move(gone);
    state_->is_watching = true;
    state_->wake_up.set();
}

bool ThreadedWriter::end() {
    std::unique_lock lock(state_->mutex);
    if (!thread_.joinable()) return state_->has_ended;
    state_->is_ending = true;
    state_->wake_up.set();
    const bool has_ended =
        state_->ended.wait_for(lock, end_patience_, [this] { return state_->has_ended; });
    lock.unlock();
    if (has_ended) {
        thread_.join();
    } else {
        thread_.detach();
    }
    work_.reset();
    state_->events = {};
    return has_ended;
}

std::string ThreadedWriter::unwritten() const {
    return state_->batch ? state_->batch->lines.substr(state_->batch->bytes_written) : "";
}

std::uint64_t ThreadedWriter::bytes_taken() {
    // In this order: what the thread writes meanwhile makes the answer too small, never too large.
    const std::uint64_t written = bytes_before_ + state_->bytes_written;
    const auto unread = state_->output.unread_max();
    if (written > unread) bytes_taken_ = std::max(bytes_taken_, written - unread);
    return bytes_taken_;
}

}  // namespace

std::unique_ptr<StdoutWriter> StdoutWriter::make(asio::io_context& context, int fd,
                                                 StdoutWriterOptions options) {
    return std::make_unique<ThreadedWriter>(context.get_executor(), fd, options);
}

}  // namespace conduitd
