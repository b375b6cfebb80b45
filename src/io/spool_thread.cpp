#include "io/spool_thread.hpp"

#include "io/clock.hpp"
#include "io/held_log.hpp"
#include "io/thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <utility>

namespace conduitd {
namespace {

SpoolTime now() {
    return {monotonic_now(), wall_now()};
}

}  // namespace

struct SpoolThread::State : std::enable_shared_from_this<SpoolThread::State> {
    // In the order of their coming: a job sees the batches before it.
    struct Entry {
        std::shared_ptr<RecordBatch> batch;  // or else a job
        Work work;
        std::function<void()> done;
    };
    // What goes back to the io_context at a time.
    struct Report {
        SpoolNews news;
        bool has_news = false;
        Amount appended;
        std::vector<std::function<void()>> done;
        std::vector<HeldLog::Line> log_lines;
    };

    State(boost::asio::io_context& owner, std::unique_ptr<FileSystem> folder, LogSink& sink,
          OnNews news_handler, SpoolThreadLimits queue_limits)
        : limits(queue_limits),
          context(owner),
          log_sink(sink),
          on_news(std::move(news_handler)),
          files(std::move(folder)) {}

    void run() {
        while (true) {
            auto entries = wait_for_entries();
            Report report;
            work_on(entries, report);
            const std::lock_guard lock(mutex);
            if (is_ending) {
                last_lines.insert(last_lines.end(), report.log_lines.begin(),
                                  report.log_lines.end());
                if (queue.empty()) break;
            } else {
                post(std::move(report));
            }
        }
        const auto error = spool->close(now(), ending);
        const auto lines = log_lines.take();
        const std::lock_guard lock(mutex);
        last_lines.insert(last_lines.end(), lines.begin(), lines.end());
        close_error = error;
        has_ended = true;
        ended.notify_all();
    }

    // Empty when the spool's deadline has come, or the end.
    std::deque<Entry> wait_for_entries() {
        std::unique_lock lock(mutex);
        const auto deadline = spool->deadline();
        const auto is_due = [this] { return is_ending || !queue.empty(); };
        if (deadline == never) {
            wake.wait(lock, is_due);
        } else {
            wake.wait_for(lock, deadline - monotonic_now(), is_due);
        }
        queued_jobs = 0;
        return std::exchange(queue, {});
    }

    void work_on(std::deque<Entry>& entries, Report& report) {
        for (auto& entry : entries) {
            if (entry.batch) {
                const auto amount = entry.batch->amount();
                spool->append(std::move(entry.batch), now());
                report.appended += amount;
                const std::lock_guard lock(mutex);
                queued_bytes -= amount.bytes;
                continue;
            }
            // What a job reads, and up to where it acks, may be what was appended before it.
            spool->commit(now());
            entry.work(*spool, now());
            report.done.push_back(std::move(entry.done));
        }
        spool->commit(now());
        if (monotonic_now() >= spool->deadline()) spool->on_deadline(now());
        tell_news(report);
        report.log_lines = log_lines.take();
    }

    void tell_news(Report& report) {
        report.news.published = spool->take_published();
        report.news.visible_end = spool->visible_end();
        report.news.status = spool->status(wall_now());
        report.has_news = !report.news.published.empty() ||
                          report.news.visible_end != told_visible_end ||
                          report.news.status != told_status;
        told_visible_end = report.news.visible_end;
        told_status = report.news.status;
    }

    void post(Report report) {
        if (!report.has_news && report.done.empty() && report.log_lines.empty()) return;
        boost::asio::post(context, [state = shared_from_this(),
                                    shared = std::make_shared<Report>(std::move(report))] {
            state->deliver(*shared);
        });
    }

    // On the io_context's thread, as all that touches `is_closed` and `untold`.
    void deliver(Report& report) {
        if (is_closed) return;
        HeldLog::write_to(log_sink, report.log_lines);
        untold -= report.appended;
        if (report.has_news) on_news(std::move(report.news));
        for (const auto& done : report.done) {
            if (!is_closed) done();
        }
    }

    const SpoolThreadLimits limits;
    boost::asio::io_context& context;  // neither is touched once `is_ending`
    LogSink& log_sink;
    OnNews on_news;
    bool is_closed = false;
    Amount untold;  // of batches that were taken and are in no report yet

    // The thread's.
    std::unique_ptr<FileSystem> files;
    HeldLog log_lines;
    Log log{log_lines, "spool"};
    std::unique_ptr<Spool> spool;
    std::uint64_t told_visible_end = 0;
    SpoolStatus told_status;

    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable ended;
    std::deque<Entry> queue;
    std::uint64_t queued_bytes = 0;  // of batches that the spool does not have yet
    std::size_t queued_jobs = 0;
    bool is_ending = false;
    Spool::Ending ending{};
    bool has_ended = false;
    ErrorCode close_error;
    std::vector<HeldLog::Line> last_lines;  // of the end, which the loop does not see
};

SpoolThreadOpening SpoolThread::open(boost::asio::io_context& context,
                                     std::unique_ptr<FileSystem> files, const SpoolOptions& options,
                                     const SpoolId& fresh_id, LogSink& log_sink, OnNews on_news,
                                     SpoolThreadLimits limits) {
    auto state =
        std::make_shared<State>(context, std::move(files), log_sink, std::move(on_news), limits);
    auto opening = Spool::open(*state->files, options, fresh_id, now(), state->log);
    HeldLog::write_to(log_sink, state->log_lines.take());
    if (!opening.spool) return {nullptr, opening.error, opening.reason};
    state->spool = std::move(opening.spool);
    state->told_visible_end = state->spool->visible_end();
    try {
        return {std::unique_ptr<SpoolThread>(new SpoolThread(std::move(state), options)), {}, {}};
    } catch (const std::system_error& error) {
        return {nullptr, ErrorCode(error.code()), error.what()};
    }
}

SpoolThread::SpoolThread(std::shared_ptr<State> state, const SpoolOptions& options)
    : state_(std::move(state)),
      id_(state_->spool->id()),
      before_(state_->spool->before()),
      visible_end_at_start_(state_->spool->visible_end()),
      consumers_max_(options.consumers_max),
      thread_(start_thread("spool", [state = state_] { state->run(); })) {}

SpoolThread::~SpoolThread() {
    end();
}

bool SpoolThread::try_append(const std::shared_ptr<RecordBatch>& batch) {
    if (batch->empty()) return true;
    const auto amount = batch->amount();
    {
        const std::lock_guard lock(state_->mutex);
        const bool is_full = state_->queued_bytes > 0 &&
                             state_->queued_bytes + amount.bytes > state_->limits.queue_bytes_max;
        if (state_->is_ending || is_full) return false;
        state_->queued_bytes += amount.bytes;
        state_->queue.push_back({batch, nullptr, nullptr});
    }
    state_->untold += amount;
    state_->wake.notify_one();
    return true;
}

std::uint64_t SpoolThread::queued_bytes() const {
    const std::lock_guard lock(state_->mutex);
    return state_->queued_bytes;
}

const Amount& SpoolThread::untold() const {
    return state_->untold;
}

bool SpoolThread::try_run(Work work, std::function<void()> done) {
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->is_ending || state_->queued_jobs >= state_->limits.jobs_max) return false;
        ++state_->queued_jobs;
        state_->queue.push_back({nullptr, std::move(work), std::move(done)});
    }
    state_->wake.notify_one();
    return true;
}

SpoolThread::End SpoolThread::end(Spool::Ending ending) {
    state_->is_closed = true;
    std::unique_lock lock(state_->mutex);
    if (!thread_.joinable()) return {state_->has_ended, state_->close_error};
    state_->is_ending = true;
    state_->ending = ending;
    state_->wake.notify_one();
    const bool has_ended = state_->ended.wait_for(lock, state_->limits.end_patience,
                                                  [this] { return state_->has_ended; });
    const End end{has_ended, state_->close_error};
    lock.unlock();
    if (has_ended) {
        thread_.join();
        HeldLog::write_to(state_->log_sink, state_->last_lines);
    } else {
        thread_.detach();
    }
    return end;
}

}  // namespace conduitd
