#include "io/posix_file_system.hpp"

#include "spool/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace conduitd {
namespace {

namespace errc = boost::system::errc;

constexpr mode_t private_mode = 0600;

int flags_of(FileSystem::Mode mode) {
    switch (mode) {
        case FileSystem::Mode::read:
            return O_RDONLY;
        case FileSystem::Mode::create:
            return O_RDWR | O_CREAT | O_EXCL;
        case FileSystem::Mode::change:
            return O_RDWR;
    }
    return O_RDONLY;
}

// Calls again what a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
    for (;;) {
        const auto result = call();
        if (result >= 0 || errno != EINTR) return result;
    }
}

// A quota that is used up is as good as a full disk.
ErrorCode write_error() {
    return errno == EDQUOT ? make_error_code(errc::no_space_on_device) : last_error();
}

// What openat() in the folder failed with.
ErrorCode open_error(FileSystem::Mode mode) {
    if (errno == ELOOP) return SpoolError::symbolic_link;
    // Of a file that is to be created nothing else can be missing.
    if (errno == ENOENT && mode == FileSystem::Mode::create) return SpoolError::folder_removed;
    return write_error();
}

class PosixFile : public File {
public:
    explicit PosixFile(int fd) : file_(fd) {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
        const auto count = uninterrupted([&] {
            return ::pread(file_.number(), out.data(), out.size(), static_cast<off_t>(offset));
        });
        if (count < 0) return last_error();
        return static_cast<std::size_t>(count);
    }

    Result<std::size_t> write_at(std::uint64_t offset, std::string_view bytes) override {
        const auto count = uninterrupted([&] {
            return ::pwrite(file_.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        });
        if (count < 0) return write_error();
        return static_cast<std::size_t>(count);
    }

    ErrorCode sync() override {
        return ::fdatasync(file_.number()) == 0 ? ErrorCode() : write_error();
    }

    bool is_removed() const override {
        struct stat status {};
        return ::fstat(file_.number(), &status) == 0 && status.st_nlink == 0;
    }

    ErrorCode truncate(std::uint64_t bytes) override {
        const auto result =
            uninterrupted([&] { return ::ftruncate(file_.number(), static_cast<off_t>(bytes)); });
        return result == 0 ? ErrorCode() : last_error();
    }

    Result<std::uint64_t> size() const override {
        struct stat status {};
        if (::fstat(file_.number(), &status) != 0) return last_error();
        return static_cast<std::uint64_t>(status.st_size);
    }

private:
    Descriptor file_;
};

// The lock goes with the open file description, so a process that ends loses it.
class FileLock : public FolderLock {
public:
    explicit FileLock(int fd) : file_(fd) {}

private:
    Descriptor file_;
};

std::string read_holder(int fd) {
    char text[32];
    const auto count = uninterrupted([&] { return ::pread(fd, text, sizeof text, 0); });
    const std::string holder(text, count > 0 ? static_cast<std::size_t>(count) : 0);
    return holder.substr(0, holder.find('\n'));
}

// For the message that a second process shows; without it that one only lacks the pid.
void write_holder(int fd) {
    const auto text = fmt::format("{}\n", ::getpid());
    const bool is_written =
        ::ftruncate(fd, 0) == 0 && ::pwrite(fd, text.data(), text.size(), 0) > 0;
    static_cast<void>(is_written);
}

}  // namespace

Result<std::unique_ptr<PosixFileSystem>> PosixFileSystem::open(const std::string& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return last_error();
    return std::unique_ptr<PosixFileSystem>(new PosixFileSystem(fd));
}

Result<std::unique_ptr<File>> PosixFileSystem::open(const std::string& name, Mode mode) {
    // A file that is created never follows a link, and never empties one that somebody reads.
    if (mode == Mode::create && ::unlinkat(folder_.number(), name.c_str(), 0) != 0 &&
        errno != ENOENT) {
        return last_error();
    }
    const int flags = flags_of(mode) | O_NOFOLLOW | O_CLOEXEC;
    const int fd = uninterrupted(
        [&] { return ::openat(folder_.number(), name.c_str(), flags, private_mode); });
    if (fd < 0) return open_error(mode);
    return std::unique_ptr<File>(std::make_unique<PosixFile>(fd));
}

ErrorCode PosixFileSystem::rename(const std::string& from, const std::string& to) {
    const auto result = ::renameat(folder_.number(), from.c_str(), folder_.number(), to.c_str());
    return result == 0 ? ErrorCode() : write_error();
}

ErrorCode PosixFileSystem::remove(const std::string& name) {
    return ::unlinkat(folder_.number(), name.c_str(), 0) == 0 ? ErrorCode() : last_error();
}

ErrorCode PosixFileSystem::sync_folder() {
    return ::fsync(folder_.number()) == 0 ? ErrorCode() : write_error();
}

Result<std::vector<std::string>> PosixFileSystem::list() {
    // Opened anew: the position of a listing belongs to the open file description.
    const int fd = ::openat(folder_.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return last_error();
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(fd), ::closedir);
    if (!listing) {
        const auto error = last_error();
        ::close(fd);
        return error;
    }
    std::vector<std::string> names;
    for (;;) {
        errno = 0;
        const dirent* const entry = ::readdir(listing.get());
        if (entry == nullptr) break;
        names.emplace_back(entry->d_name);
    }
    if (errno != 0) return last_error();
    return names;
}

LockAnswer PosixFileSystem::lock(const std::string& name) {
    const int fd = uninterrupted([&] {
        return ::openat(folder_.number(), name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                        private_mode);
    });
    if (fd < 0) return {nullptr, open_error(Mode::create), {}};
    auto lock = std::make_unique<FileLock>(fd);
    if (uninterrupted([&] { return ::flock(fd, LOCK_EX | LOCK_NB); }) != 0) {
        if (errno != EWOULDBLOCK) return {nullptr, last_error(), {}};
        return {nullptr, make_error_code(SpoolError::locked), read_holder(fd)};
    }
    write_holder(fd);
    return {std::move(lock), {}, {}};
}

}  // namespace conduitd
