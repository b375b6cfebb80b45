#include "io/thread.hpp"

#include <csignal>
#include <pthread.h>
#include <utility>

namespace conduitd {
namespace {

// Blocks every signal of the calling thread while it lives; a thread started meanwhile inherits
// that for good.
class BlockedSignals {
public:
    BlockedSignals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;

private:
    sigset_t before_{};
};

}  // namespace

std::thread start_thread(const char* name, std::function<void()> run) {
    const BlockedSignals blocked;
    std::thread thread(std::move(run));
    pthread_setname_np(thread.native_handle(), name);
    return thread;
}

}  // namespace conduitd
