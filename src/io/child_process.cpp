#include "io/child_process.hpp"

#include "io/clock.hpp"

#include <climits>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace conduitd {
namespace {

namespace errc = boost::system::errc;

static_assert(ChildProcess::input_bytes_max <= PIPE_BUF);

// What becomes of descriptors and signals on the way into the new program.
class SpawnRules {
public:
    explicit SpawnRules(int input) {
        ::posix_spawn_file_actions_init(&files_);
        ::posix_spawn_file_actions_adddup2(&files_, input, STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&files_, STDERR_FILENO, STDOUT_FILENO);
        // Not every library opens its descriptors close-on-exec: Asio's sockets are not.
        ::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);

        ::posix_spawnattr_init(&attributes_);
        sigset_t signals;
        sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&attributes_, &signals);
        sigfillset(&signals);
        ::posix_spawnattr_setsigdefault(&attributes_, &signals);
        ::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnRules() {
        ::posix_spawnattr_destroy(&attributes_);
        ::posix_spawn_file_actions_destroy(&files_);
    }
    SpawnRules(const SpawnRules&) = delete;
    SpawnRules& operator=(const SpawnRules&) = delete;

    [[nodiscard]] const posix_spawn_file_actions_t* files() const { return &files_; }
    [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

// posix_spawn() wants pointers to what it does not write to.
char* pointer_to(const std::string& text) {
    return const_cast<char*>(text.c_str());
}

Result<pid_t> spawn_shell(const std::string& command, int input,
                          const std::vector<std::string>& environment) {
    const std::string shell = "sh";
    const std::string option = "-c";
    const std::array<char*, 4> arguments{pointer_to(shell), pointer_to(option), pointer_to(command),
                                         nullptr};
    std::vector<char*> variables;
    for (const auto& variable : environment) variables.push_back(pointer_to(variable));
    variables.push_back(nullptr);

    const SpawnRules rules(input);
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, "/bin/sh", rules.files(), rules.attributes(),
                                    arguments.data(), variables.data());
    if (error != 0) return ErrorCode(error, boost::system::system_category());
    return pid;
}

// glibc 2.36 declares pidfd_open() without C linkage. The descriptor is close-on-exec.
int open_process(pid_t pid) {
    return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

// Whoever started us may have had SIGCHLD ignored. Then the system would reap the child itself, and
// its number could be another's before we know.
void keep_ended_children() {
    struct sigaction action {};
    if (::sigaction(SIGCHLD, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) {
        ::signal(SIGCHLD, SIG_DFL);
    }
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(
    const std::string& command, std::string_view input,
    const std::vector<std::string>& environment) {
    if (input.size() > input_bytes_max) return errc::make_error_code(errc::message_size);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return last_error();
    const Descriptor reader(ends[0]);
    Descriptor writer(ends[1]);
    if (::write(writer.number(), input.data(), input.size()) < 0) return last_error();
    if (const auto error = writer.close()) return error;

    keep_ended_children();
    const auto pid = spawn_shell(command, reader.number(), environment);
    if (!pid) return pid.error();
    const int watch = open_process(*pid);
    if (watch < 0) {
        const auto error = last_error();
        ::kill(-*pid, SIGKILL);
        ::waitpid(*pid, nullptr, 0);
        return error;
    }
    return std::unique_ptr<ChildProcess>(new ChildProcess(*pid, watch));
}

ChildProcess::~ChildProcess() {
    if (is_reaped_) return;
    signal_group(SIGKILL);
    (void)reap();
}

void ChildProcess::signal_group(int signal) const {
    ::kill(-pid_, signal);
}

std::optional<ChildEnd> ChildProcess::reap() {
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG) != 0) {
        return std::nullopt;
    }
    if (info.si_pid == 0) return std::nullopt;
    is_reaped_ = true;
    if (info.si_code == CLD_EXITED) return ChildEnd{.exit_code = info.si_status};
    return ChildEnd{.signal = info.si_status};
}

bool ChildProcess::wait(Duration patience) const {
    const auto give_up_at = monotonic_now() + patience;
    pollfd entry{descriptor(), POLLIN, 0};
    int ready = 0;
    do {
        const auto left = std::max(give_up_at - monotonic_now(), Duration::zero());
        ready = ::poll(&entry, 1, static_cast<int>(to_milliseconds(left)));
    } while (ready < 0 && errno == EINTR);
    return ready == 1;
}

}  // namespace conduitd
