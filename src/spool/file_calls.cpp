#include "spool/file_calls.hpp"

#include "spool/file_name.hpp"

namespace conduitd {

namespace errc = boost::system::errc;

Result<std::size_t> read_fully(const File& file, std::uint64_t offset, std::span<char> out) {
    std::size_t done = 0;
    while (done < out.size()) {
        const auto count = file.read_at(offset + done, out.subspan(done));
        if (!count) return count;
        if (*count == 0) break;
        done += *count;
    }
    return done;
}

ErrorCode write_fully(File& file, std::uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = file.write_at(offset, bytes);
        if (!count) return count.error();
        if (*count == 0) return make_error_code(errc::io_error);
        offset += *count;
        bytes.remove_prefix(*count);
    }
    return {};
}

Result<std::string> read_whole(FileSystem& files, const std::string& name, std::size_t bytes_max) {
    auto file = files.open(name, FileSystem::Mode::read);
    if (!file) return file.error();
    const auto size = (*file)->size();
    if (!size) return size.error();
    if (*size > bytes_max) return make_error_code(errc::file_too_large);
    std::string text(static_cast<std::size_t>(*size), '\0');
    const auto count = read_fully(**file, 0, text);
    if (!count) return count.error();
    text.resize(*count);
    return text;
}

Result<std::unique_ptr<File>> replace_file(FileSystem& files, const std::string& name,
                                           std::string_view text, Durability durability) {
    const auto beside = unfinished_name(name);
    auto file = files.open(beside, FileSystem::Mode::create);
    if (!file) return file;
    auto error = write_fully(**file, 0, text);
    if (!error && durability == Durability::synced) error = (*file)->sync();
    if (!error) error = files.rename(beside, name);
    if (!error && durability == Durability::synced) error = files.sync_folder();
    if (error) return error;
    return file;
}

}  // namespace conduitd
