#include "conduitd/upgrade.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace conduitd {
namespace {

constexpr const char* take_over_flag = "--take-over";

// The path as it is now: what stands there may be another program later, which is the point.
std::string absolute(const std::string& program) {
    if (program.find('/') == std::string::npos) return program;  // looked for in PATH
    char* const path = ::realpath(program.c_str(), nullptr);
    if (path == nullptr) return program;
    std::string text(path);
    std::free(path);
    return text;
}

// Nothing of ours but what is logged: stdout is handed over by the connection.
Result<pid_t> spawn(const std::vector<std::string>& arguments) {
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t signals;
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes, &signals);
    sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes, &signals);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<char*> words;
    for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    pid_t pid = 0;
    const int error =
        ::posix_spawnp(&pid, words.front(), &files, &attributes, words.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
    if (error != 0) return ErrorCode(error, boost::system::system_category());
    return pid;
}

}  // namespace

Upgrade::Upgrade(asio::io_context& context, std::vector<std::string> arguments, Log log)
    : context_(context), arguments_(std::move(arguments)), log_(log) {
    if (!arguments_.empty()) arguments_.front() = absolute(arguments_.front());
    if (std::ranges::find(arguments_, take_over_flag) == arguments_.end()) {
        arguments_.emplace_back(take_over_flag);
    }
}

std::string Upgrade::start() {
    if (pid_ != 0) return {};
    const auto pid = spawn(arguments_);
    if (!pid) {
        auto why =
            fmt::format("{} cannot be started: {}", arguments_.front(), pid.error().message());
        log_.error("no process can be started to take over", {{"reason", why}});
        return why;
    }
    pid_ = *pid;
    log_.info("a process is started to take over",
              {{"pid", pid_}, {"program", arguments_.front()}});
    const int watch = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (watch < 0) return {};
    watch_.emplace(context_.get_executor(), watch);
    watch_->async_wait(asio::posix::descriptor_base::wait_read, [this](const ErrorCode& error) {
        if (!error) on_ended();
    });
    return {};
}

void Upgrade::on_ended() {
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG);
    pid_ = 0;
    watch_.reset();
    tell(0, info.si_code == CLD_EXITED
                ? fmt::format("the new process has ended with exit code {}: its log says why",
                              info.si_status)
                : fmt::format("the new process was ended by signal {}", info.si_status));
}

std::shared_ptr<LateAnswer> Upgrade::add_wait() {
    auto wait = std::make_shared<LateAnswer>();
    waits_.push_back(wait);
    return wait;
}

void Upgrade::tell(int pid, const std::string& why) {
    for (const auto& weak : std::exchange(waits_, {})) {
        const auto wait = weak.lock();
        if (!wait) continue;
        wait->give(pid != 0 ? ServedAnswer{200, fmt::format(R"({{"pid":{}}})", pid)}
                            : refuse(409, why));
    }
}

}  // namespace conduitd
