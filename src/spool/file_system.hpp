#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace conduitd {

// An open file. Closed by the destructor; what a close could still report, sync() has reported.
class File {
public:
    virtual ~File() = default;

    // Both may do less than asked; reading 0 bytes means the end of the file.
    [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset,
                                                      std::span<char> out) const = 0;
    [[nodiscard]] virtual Result<std::size_t> write_at(std::uint64_t offset,
                                                       std::string_view bytes) = 0;

    // What was written is on the disk once this succeeds. After a failure nothing is known of what
    // was written since the success before, not even after another success.
    [[nodiscard]] virtual ErrorCode sync() = 0;

    // By somebody else: no process will find what was written to it, synced or not.
    [[nodiscard]] virtual bool is_removed() const = 0;

    [[nodiscard]] virtual ErrorCode truncate(std::uint64_t bytes) = 0;
    [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
};

// Holds the folder until it is destroyed, or the process ends in whatever way.
class FolderLock {
public:
    virtual ~FolderLock() = default;
};

struct LockAnswer {
    std::unique_ptr<FolderLock> lock;  // null when refused
    ErrorCode error;                   // why; SpoolError::locked when another process has it
    std::string holder;                // what that one wrote about itself: its pid; may be empty
};

// The calls of one folder, all of them synchronous: they belong on a thread that may wait. Names
// are of files in the folder, without a path.
class FileSystem {
public:
    enum class Mode {
        read,
        create,  // empty, for reading and writing, instead of a file of that name
        change,  // a file that is there, for reading and writing
    };

    virtual ~FileSystem() = default;

    [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const std::string& name,
                                                             Mode mode) = 0;
    // Takes the place of a file called `to`. On the disk after sync_folder().
    [[nodiscard]] virtual ErrorCode rename(const std::string& from, const std::string& to) = 0;
    // Open files of that name stay readable.
    [[nodiscard]] virtual ErrorCode remove(const std::string& name) = 0;
    [[nodiscard]] virtual ErrorCode sync_folder() = 0;
    [[nodiscard]] virtual Result<std::vector<std::string>> list() = 0;
    [[nodiscard]] virtual LockAnswer lock(const std::string& name) = 0;
};

}  // namespace conduitd
