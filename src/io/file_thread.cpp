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
            if (jobs.empty()) return;
            auto job = std::move(jobs.front());
            jobs.pop_front();
            lock.unlock();
            job.work();
            lock.lock();
            if (!is_ending) boost::asio::post(context, std::move(job.done));
        }
    }

    boost::asio::io_context& context;
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Job> jobs;
    bool is_ending = false;
    std::thread thread;
};

FileThread::FileThread(boost::asio::io_context& context)
    : state_(std::make_unique<State>(context)) {
    state_->thread = start_thread("files", [state = state_.get()] { state->run_jobs(); });
}

FileThread::~FileThread() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->is_ending = true;
    }
    state_->wake.notify_one();
    state_->thread.join();
}

void FileThread::run(std::function<void()> work, std::function<void()> done) {
    {
        const std::lock_guard lock(state_->mutex);
        state_->jobs.push_back({std::move(work), std::move(done)});
    }
    state_->wake.notify_one();
}

}  // namespace conduitd
