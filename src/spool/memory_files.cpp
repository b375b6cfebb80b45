#include "spool/memory_files.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace conduitd {
namespace {

ErrorCode not_found() {
    return make_error_code(boost::system::errc::no_such_file_or_directory);
}

}  // namespace

struct MemoryFiles::Content {
    using Block = std::array<char, block_bytes>;
    std::vector<std::unique_ptr<Block>> blocks;
    std::uint64_t size = 0;

    // Calls `take` with the bytes of each block between the offsets, in order.
    template <class Take>
    void each_piece(std::uint64_t from, std::uint64_t to, Take take) const {
        while (from < to) {
            const auto within = static_cast<std::size_t>(from % block_bytes);
            const auto bytes = std::min<std::uint64_t>(block_bytes - within, to - from);
            take(blocks[static_cast<std::size_t>(from / block_bytes)]->data() + within,
                 static_cast<std::size_t>(bytes));
            from += bytes;
        }
    }

    // What is new up to `written_from` is zero, and behind it is written next.
    void resize(std::uint64_t bytes, std::uint64_t written_from) {
        const auto count = static_cast<std::size_t>((bytes + block_bytes - 1) / block_bytes);
        while (blocks.size() < count) blocks.push_back(std::make_unique_for_overwrite<Block>());
        blocks.resize(count);
        each_piece(std::min(size, bytes), written_from,
                   [](char* piece, std::size_t length) { std::memset(piece, 0, length); });
        size = bytes;
    }
};

class MemoryFiles::OpenFile final : public File {
public:
    explicit OpenFile(std::shared_ptr<Content> content) : content_(std::move(content)) {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
        const auto end = std::min<std::uint64_t>(content_->size, offset + out.size());
        char* to = out.data();
        content_->each_piece(offset, end, [&to](const char* piece, std::size_t bytes) {
            std::memcpy(to, piece, bytes);
            to += bytes;
        });
        return static_cast<std::size_t>(to - out.data());
    }

    Result<std::size_t> write_at(std::uint64_t offset, std::string_view bytes) override {
        const auto end = offset + bytes.size();
        if (end > content_->size) content_->resize(end, offset);
        content_->each_piece(offset, end, [&bytes](char* piece, std::size_t length) {
            std::memcpy(piece, bytes.data(), length);
            bytes.remove_prefix(length);
        });
        return static_cast<std::size_t>(end - offset);
    }

    ErrorCode sync() override { return {}; }
    bool is_removed() const override { return false; }  // nobody else has it

    ErrorCode truncate(std::uint64_t bytes) override {
        content_->resize(bytes, bytes);
        return {};
    }

    Result<std::uint64_t> size() const override { return content_->size; }

private:
    std::shared_ptr<Content> content_;
};

Result<std::unique_ptr<File>> MemoryFiles::open(const std::string& name, Mode mode) {
    const auto found = contents_.find(name);
    if (mode == Mode::create) {
        contents_[name] = std::make_shared<Content>();
    } else if (found == contents_.end()) {
        return not_found();
    }
    return std::unique_ptr<File>(std::make_unique<OpenFile>(contents_[name]));
}

ErrorCode MemoryFiles::rename(const std::string& from, const std::string& to) {
    const auto found = contents_.find(from);
    if (found == contents_.end()) return not_found();
    contents_[to] = std::move(found->second);
    contents_.erase(from);
    return {};
}

ErrorCode MemoryFiles::remove(const std::string& name) {
    return contents_.erase(name) > 0 ? ErrorCode() : not_found();
}

Result<std::vector<std::string>> MemoryFiles::list() {
    std::vector<std::string> names;
    for (const auto& [name, content] : contents_) names.push_back(name);
    return names;
}

LockAnswer MemoryFiles::lock(const std::string&) {
    return {std::make_unique<FolderLock>(), {}, {}};
}

}  // namespace conduitd
