#include "conduitd/program.hpp"

#include "conduitd/command_line.hpp"
#include "conduitd/daemon.hpp"
#include "conduitd/health.hpp"
#include "conduitd/help.hpp"
#include "conduitd/journal_stream.hpp"
#include "config/load.hpp"
#include "io/asio.hpp"
#include "io/environment.hpp"
#include "io/files.hpp"
#include "io/group.hpp"
#include "io/output.hpp"
#include "io/tls.hpp"
#include "telemetry/journal_priority.hpp"
#include "telemetry/log_output.hpp"
#include "worker/actions.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace conduitd {
namespace {

// A descriptor that is closed at the start would be given to the first socket: lines would then go
// to Twitch, or a log into the lines.
bool has_stdout() {
    for (const int fd : {STDIN_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) < 0) return false;
    }
    return ::fcntl(STDOUT_FILENO, F_GETFD) >= 0;
}

void print(std::FILE* to, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), to);
}

// Before there is a log, or in place of it.
void print_list(LogLevel level, std::string_view kind, const std::vector<std::string>& lines) {
    const auto prefix = is_the_journal(STDERR_FILENO) ? journal_priority(level) : "";
    for (const auto& line : lines) {
        print(stderr, std::string(prefix) + "conduitd: " + std::string(kind) + line + "\n");
    }
}

std::string list_settings(const std::vector<EffectiveSetting>& settings) {
    std::size_t name_width = 0;
    std::size_t value_width = 0;
    for (const auto& setting : settings) {
        name_width = std::max(name_width, setting.name.size());
        value_width = std::max(value_width, setting.value.size());
    }
    std::string text;
    for (const auto& setting : settings) {
        text += setting.name + std::string(name_width + 2 - setting.name.size(), ' ') +
                setting.value + std::string(value_width + 2 - setting.value.size(), ' ') +
                setting.origin + "\n";
    }
    return text;
}

// The exit code of a command that only says something.
int say(std::string_view text) {
    print(stdout, text);
    return 0;
}

// As Docker's HEALTHCHECK wants it: 0 or 1.
int say_health(const ConfigInput& input, bool is_live) {
    const auto health =
        ask_health(input, is_live ? HealthQuestion::is_alive : HealthQuestion::is_ready);
    if (health.is_well) return say(health.text + "\n");
    print(stderr, "conduitd: " + health.text + "\n");
    return 1;
}

// A reader of the log that stalls must not stop the daemon: what does not go in is dropped.
std::size_t take_without_waiting(Output& output, std::string_view bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size()) {
        std::size_t written = 0;
        if (output.write_some(bytes.substr(taken), written) || written == 0) break;
        taken += written;
    }
    return taken;
}

// The settings, and what they name on this system.
LoadedConfig load_whole_config(const ConfigInput& input) {
    auto loaded = load_config(input);
    std::string reason;
    if (!TlsClient::make(loaded.config.twitch.ca_file, reason)) {
        loaded.problems.push_back("twitch.ca_file cannot be used: " + reason);
    }
    const auto& listen = loaded.config.http.address;
    ErrorCode error;
    if (asio::ip::make_address(listen, error); error && !listen.empty()) {
        loaded.problems.push_back("http.listen: \"" + listen +
                                  "\" is no IP address; allowed: 127.0.0.1, 0.0.0.0 or [::] for "
                                  "all of this host's, or one of them");
    }
    const auto& sink = loaded.config.sink;
    const auto& group = sink.unix_socket.group;
    if (sink.type == SinkType::unix_listen && !group.empty() && !find_group(group)) {
        loaded.problems.push_back("sink.unix.group: there is no group \"" + group +
                                  "\" on this system; without this setting the socket has the "
                                  "group of the process");
    }
    return loaded;
}

// All of the configuration is read again, and only what proves who we are is taken from it.
CredentialsRead read_again(const ConfigInput& input, const std::string& client_id) {
    auto loaded = load_config(input);
    const auto& twitch = loaded.config.twitch;
    if (loaded.problems.empty() && twitch.client_id != client_id) {
        loaded.problems.emplace_back("twitch.client_id has changed: that takes a restart");
    }
    if (!loaded.problems.empty()) return {std::nullopt, std::move(loaded.problems)};
    return {Credentials{twitch.client_secret.reveal(), twitch.access_token.reveal()}, {}};
}

int run_configured(const ConfigInput& input, const LoadedConfig& loaded, DaemonStart start) {
    const auto& logging = loaded.config.log;
    const auto shape = logging.format == LogFormat::json ? OutputShape::json : OutputShape::text;
    Output output(STDERR_FILENO);
    const auto sink = make_log_output(
        logging.level, shape,
        [&](std::string_view bytes) { return take_without_waiting(output, bytes); },
        is_the_journal(STDERR_FILENO) ? LinePrefix::priority : LinePrefix::none);
    const Log log(*sink, "config");
    for (const auto& warning : loaded.warnings) log.warn(warning);
    for (const auto& note : loaded.notes) log.info(note);
    return run_daemon(
        loaded.config, std::move(start),
        [input, client_id = loaded.config.twitch.client_id] {
            return read_again(input, client_id);
        },
        *sink);
}

int run(int argc, const char* const* argv) {
    if (!has_stdout()) {
        print(stderr,
              "conduitd: stdout is closed: it is where the lines go; give it a file or a pipe\n");
        return static_cast<int>(ExitCode::try_again_later);
    }
    std::signal(SIGPIPE, SIG_IGN);

    const auto line = parse_command_line(argc, argv);
    if (line.command == Command::help) return say(help_text());
    if (line.command == Command::version) {
        return say("conduitd " CONDUITD_VERSION "\n");
    }
    const ConfigInput input{.flags = line.flags,
                            .environment = read_environment(),
                            .host_name = read_host_name(),
                            .read_file = [](const std::string& path) { return read_file(path); }};
    if (line.command == Command::health && line.problems.empty()) {
        return say_health(input, line.is_live);
    }
    const auto loaded = load_whole_config(input);
    if (!line.problems.empty() || !loaded.problems.empty()) {
        const bool is_usage = !line.problems.empty() || loaded.is_command_line_wrong;
        print_list(LogLevel::error, "", line.problems);
        print_list(LogLevel::error, "", loaded.problems);
        return static_cast<int>(is_usage ? ExitCode::usage : ExitCode::configuration);
    }
    switch (line.command) {
        case Command::check:
            print_list(LogLevel::warn, "warning: ", loaded.warnings);
            return say("the configuration is valid\n");
        case Command::config:
            return say(list_settings(loaded.settings));
        default:
            return run_configured(input, loaded,
                                  {{argv, argv + argc}, line.takes_over, line.takeover_socket});
    }
}

}  // namespace

int run_program(int argc, const char* const* argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        print(stderr, std::string("conduitd: ended by an error that should not be: ") +
                          error.what() + "\n");
        return static_cast<int>(ExitCode::internal);
    }
}

}  // namespace conduitd
