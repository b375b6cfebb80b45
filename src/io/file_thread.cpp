#include "io/file_thread.hpp"

#include "io/thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace conduitd {

struct FileThread::State {
    struct Job {
        std::function<void()> work;
        std::function<void()> done;
    };

    explicit State(boost::asio::io_context& owner) : context(owner) {}

    void run_jobs() {
        std::unique_lock lock(mutex);
        while (true) {
            wake.wait(lock, [this] { return is_ending || !jobs.empty(); });
            if (jobs.empty()) break;
            auto job = std::move(jobs.front());
            jobs.pop_front();
            lock.unlock();
            job.work();
            job.work = nullptr;
            lock.lock();
            if (!is_ending) boost::asio::post(context, std::move(job.done));
        }
        has_ended = true;
        ended.notify_all();
    }

    boost::asio::io_context& context;  // not touched once `is_ending`
    std::mutex mutex;
    std::condition_variable wake;
    std::condition_variable ended;
    std::deque<Job> jobs;
    bool is_ending = false;
    bool has_ended = false;
};

FileThread::FileThread(boost::asio::io_context& context, FileThreadLimits limits)
    : limits_(limits),
      state_(std::make_shared<State>(context)),
      thread_(start_thread("files", [state = state_] { state->run_jobs(); })) {}

FileThread::~FileThread() {
    end();
}

bool FileThread::try_run(std::function<void()> work, std::function<void()> done) {
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->is_ending || state_->jobs.size() >= limits_.jobs_max) return false;
        state_->jobs.push_back({std::move(work), std::move(done)});
    }
    state_->wake.notify_one();
    return true;
}

bool FileThread::end() {
    std::unique_lock lock(state_->mutex);
    if (!thread_.joinable()) return state_->has_ended;
    state_->is_ending = true;
    state_->wake.notify_one();
    const bool has_ended =
        state_->ended.wait_for(lock, limits_.end_patience, [this] { return state_->has_ended; });
    const auto dropped = std::exchange(state_->jobs, {});
    lock.unlock();
    if (has_ended) {
        thread_.join();
    } else {
        thread_.detach();
    }
    return has_ended;
}

}  // namespace conduitd
