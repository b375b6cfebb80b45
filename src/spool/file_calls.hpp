#pragma once

#include "spool/file_system.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// What the spool asks of files, made of the calls that may do less than asked.
namespace conduitd {

enum class Durability {
    synced,    // on the disk once the call returns
    unsynced,  // when the system gets round to it
};

// Fills `out` but for what lies behind the end of the file; how much that was.
[[nodiscard]] Result<std::size_t> read_fully(const File& file, std::uint64_t offset,
                                             std::span<char> out);

// Writes all of it, or some of it when it fails.
[[nodiscard]] ErrorCode write_fully(File& file, std::uint64_t offset, std::string_view bytes);

// At most so much of a document is read: cursors, losses, the next sequence.
inline constexpr std::size_t small_file_bytes_max = 1024 * 1024;

// The whole file; errc::file_too_large above `bytes_max`.
[[nodiscard]] Result<std::string> read_whole(FileSystem& files, const std::string& name,
                                             std::size_t bytes_max);

// Writes the text beside the file and renames it over it: a reader, and a start after a crash, sees
// the old text or the new one. The open file is for those that write on.
[[nodiscard]] Result<std::unique_ptr<File>> replace_file(FileSystem& files, const std::string& name,
                                                         std::string_view text,
                                                         Durability durability);

}  // namespace conduitd
