#include "conduitd/upgrade.hpp"

#include <fmt/format.h>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace conduitd {
namespace {

constexpr const char* take_over_flag = "--take-over";

constexpr int socket_number = 3;  // in the new process

// Independent of the current folder. A symbolic link stays one: it may lead to another program
// later, which is the point.
std::string absolute(const std::string& program) {
    if (program.find('/') == std::string::npos) return program;  // looked for in PATH
    std::error_code error;
    const auto path = std::filesystem::absolute(program, error);
    return error ? program : path.string();
}

// Its stdout is ours, on which it goes on where we die before it has been handed over.
Result<pid_t> spawn(const std::vector<std::string>& arguments, int socket) {
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files, socket, socket_number);
    ::posix_spawn_file_actions_addclosefrom_np(&files, socket_number + 1);
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
    std::erase_if(arguments_, [](const auto& word) { return word.starts_with(take_over_flag); });
    arguments_.push_back(fmt::format("{}={}", take_over_flag, socket_number));
}

std::string Upgrade::start(const std::function<void(int fd)>& connect) {
    if (pid_ != 0 && is_awaited_) return {};
    if (pid_ != 0) {
        ::kill(pid_, SIGKILL);  // it was told that it does not take over, and hangs
        return "the process that was started last is still ending: try again";
    }
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return "there is no socket for the new process: " + last_error().message();
    }
    Descriptor ours(ends[0]);
    const Descriptor theirs(ends[1]);
    const auto pid = spawn(arguments_, theirs.number());
    if (!pid) {
        auto why =
            fmt::format("{} cannot be started: {}", arguments_.front(), pid.error().message());
        log_.error("no process can be started to take over", {{"reason", why}});
        return why;
    }
    pid_ = *pid;
    is_awaited_ = true;
    log_.info("a process is started to take over",
              {{"pid", pid_}, {"program", arguments_.front()}});
    connect(ours.release());
    const int watch = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (watch < 0) {
        log_.warn("how the new process ends cannot be watched",
                  {{"reason", last_error().message()}});
        pid_ = 0;
        return {};
    }
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
    is_awaited_ = false;
    for (const auto& weak : std::exchange(waits_, {})) {
        const auto wait = weak.lock();
        if (!wait) continue;
        wait->give(pid != 0 ? ServedAnswer{200, fmt::format(R"({{"pid":{}}})", pid)}
                            : refuse(409, why));
    }
}

}  // namespace conduitd
