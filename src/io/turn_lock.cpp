#include "io/turn_lock.hpp"

#include "io/clock.hpp"
#include "io/descriptor.hpp"
#include "io/file_thread.hpp"

#include <fcntl.h>
#include <optional>
#include <sys/file.h>
#include <utility>

namespace conduitd {
namespace {

namespace errc = boost::system::errc;

// How often others are asked for the lock.
constexpr std::chrono::milliseconds poll_period{50};

}  // namespace

// Shared with the thread that makes the calls, which may hang: what is left of a wait that was
// given up unlocks when the last of both lets go of it.
struct TurnLock::Attempt {
    std::optional<Descriptor> file;
    ErrorCode error;

    void run(const std::string& path) {
        if (!file)
            file.emplace(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
        const bool is_ours = file->is_open() && ::flock(file->number(), LOCK_EX | LOCK_NB) == 0;
        error = is_ours ? ErrorCode() : last_error();
        if (!file->is_open()) file.reset();
    }
};

TurnLock::TurnLock(asio::io_context& context, FileThread& files, std::string path)
    : files_(files), path_(std::move(path)), timer_(context.get_executor()) {}

TurnLock::~TurnLock() = default;

void TurnLock::take(Duration patience, Done done) {
    give_up_at_ = monotonic_now() + patience;
    done_ = std::move(done);
    turn_ = std::make_shared<Attempt>();
    try_now();
}

void TurnLock::release() {
    timer_.cancel();
    done_ = nullptr;
    turn_.reset();
}

void TurnLock::try_now() {
    const bool is_queued = files_.try_run([attempt = turn_, path = path_] { attempt->run(path); },
                                          [this, attempt = turn_] {
                                              if (attempt == turn_) on_tried(*attempt);
                                          });
    if (is_queued) return;
    turn_->error = make_error_code(errc::resource_unavailable_try_again);
    on_tried(*turn_);
}

void TurnLock::on_tried(const Attempt& attempt) {
    const bool is_taken = attempt.error == errc::operation_would_block ||
                          attempt.error == errc::resource_unavailable_try_again ||
                          attempt.error == errc::interrupted;
    if (!is_taken) return finish(attempt.error);
    timer_.expires_after(poll_period);
    timer_.async_wait([this, turn = turn_](const ErrorCode& error) {
        if (error || turn != turn_) return;
        if (monotonic_now() >= give_up_at_) return finish(make_error_code(errc::timed_out));
        try_now();
    });
}

void TurnLock::finish(ErrorCode error) {
    if (error) turn_.reset();
    const auto done = std::exchange(done_, nullptr);
    done(error);
}

}  // namespace conduitd
