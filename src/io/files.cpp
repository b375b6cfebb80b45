#include "io/files.hpp"

#include "io/descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace conduitd {
namespace {

namespace errc = boost::system::errc;

ErrorCode read_all(const Descriptor& file, std::string& text, std::size_t bytes_max) {
    char block[16 * 1024];
    for (;;) {
        const auto result = ::read(file.number(), block, sizeof block);
        if (result == 0) return {};
        if (result < 0) {
            if (errno == EINTR) continue;
            return last_error();
        }
        text.append(block, static_cast<std::size_t>(result));
        if (text.size() > bytes_max) return make_error_code(errc::file_too_large);
    }
}

ErrorCode write_all(const Descriptor& file, std::string_view text) {
    while (!text.empty()) {
        const auto result = ::write(file.number(), text.data(), text.size());
        if (result < 0) {
            if (errno == EINTR) continue;
            return last_error();
        }
        text.remove_prefix(static_cast<std::size_t>(result));
    }
    return {};
}

// The mode is set apart from open(), where the umask would take from it.
ErrorCode write_private_file(const std::string& path, std::string_view text) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.is_open()) return last_error();
    if (::fchmod(file.number(), 0600) != 0) return last_error();
    if (const auto error = write_all(file, text)) return error;
    if (::fsync(file.number()) != 0) return last_error();
    return file.close();
}

ErrorCode sync_folder(const std::string& path) {
    Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.is_open()) return last_error();
    if (::fsync(folder.number()) != 0) return last_error();
    return folder.close();
}

std::string folder_of(const std::string& path) {
    const auto folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
    // Without O_NONBLOCK the open of a named pipe would wait for a writer.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!file.is_open()) return last_error();
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) return last_error();
    if (S_ISDIR(status.st_mode)) return make_error_code(errc::is_a_directory);
    if (!S_ISREG(status.st_mode)) return make_error_code(errc::invalid_argument);

    std::string text;
    if (const auto error = read_all(file, text, bytes_max)) return error;
    return text;
}

ErrorCode replace_file(const std::string& path, std::string_view text) {
    // One process writes a file at a time, and a name left over from a crash must not stand in its
    // way: the process id keeps apart what should be apart, and O_EXCL never follows a link.
    const auto beside = fmt::format("{}.{}.new", path, ::getpid());
    ::unlink(beside.c_str());
    auto error = write_private_file(beside, text);
    if (!error && ::rename(beside.c_str(), path.c_str()) != 0) error = last_error();
    if (error) {
        ::unlink(beside.c_str());
        return error;
    }
    return sync_folder(folder_of(path));
}

ErrorCode make_private_folder(const std::string& path) {
    if (path.empty()) return make_error_code(errc::invalid_argument);
    for (std::size_t end = 0; end != std::string::npos;) {
        end = path.find('/', end + 1);
        if (::mkdir(path.substr(0, end).c_str(), 0700) != 0 && errno != EEXIST) {
            // A parent that is there need not be one that we may write to (a read-only root).
            const auto error = last_error();
            struct stat status {};
            if (::stat(path.substr(0, end).c_str(), &status) != 0) return error;
        }
    }
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return last_error();
    if (!S_ISDIR(status.st_mode)) return make_error_code(errc::not_a_directory);
    return ::access(path.c_str(), W_OK | X_OK) == 0 ? ErrorCode() : last_error();
}

}  // namespace conduitd
