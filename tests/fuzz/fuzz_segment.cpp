#include "base/ensure.hpp"
#include "spool/byte_order.hpp"
#include "spool/record.hpp"
#include "spool/segment_header.hpp"
#include "spool/segment_walk.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

// A segment's file: its header is read, then the records are walked over. The first byte chooses
// whether checksums are left as they are or made right where a record seems to begin: without that
// no input gets past them.
namespace {

using namespace conduitd;

constexpr std::uint64_t seed = 0x0706050403020100;

class FileInMemory : public File {
public:
    explicit FileInMemory(std::string bytes) : bytes_(std::move(bytes)) {}

    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) const override {
        if (offset >= bytes_.size()) return 0;
        const auto count = std::min<std::size_t>(out.size(), bytes_.size() - offset);
        std::memcpy(out.data(), bytes_.data() + offset, count);
        return count;
    }
    Result<std::size_t> write_at(std::uint64_t, std::string_view) override {
        return make_error_code(boost::system::errc::read_only_file_system);
    }
    ErrorCode sync() override { return {}; }
    bool is_removed() const override { return false; }
    ErrorCode truncate(std::uint64_t) override { return {}; }
    Result<std::uint64_t> size() const override { return bytes_.size(); }

private:
    std::string bytes_;
};

void make_checksums_right(std::string& bytes, std::size_t from) {
    while ((from = find_record(bytes, from)) != std::string::npos) {
        const auto rest = std::string_view(bytes).substr(from);
        if (rest.size() < record_head_bytes) return;
        const std::size_t frame_bytes = load_little<std::uint32_t>(rest.data() + 12);
        if (frame_bytes <= rest.size() - record_head_bytes) {
            seal_record(bytes.data() + from, view_of_record(rest).sequence, seed);
        }
        ++from;
    }
}

void walk_over(const FileInMemory& file, std::size_t bytes) {
    SegmentWalk walk(file, {seed, 1, UINT64_MAX, std::min(segment_header_bytes, bytes)});
    std::uint64_t last = 0;
    for (std::size_t steps = 0;; ++steps) {
        ensure(steps <= 2 * bytes + 2, "a walk ends");
        const auto offset = walk.offset();
        const auto found = walk.step();
        ensure(found.has_value(), "a file that can be read can be walked over");
        if (*found == SegmentWalk::Found::nothing) return;
        ensure(walk.offset() <= bytes, "a walk stays within the file");
        if (*found == SegmentWalk::Found::record) {
            ensure(walk.record().sequence > last, "sequences rise");
            last = walk.record().sequence;
            ensure(walk.offset() - offset == walk.record().bytes(), "a record is passed whole");
        } else if (*found != SegmentWalk::Found::end_mark) {
            ensure(walk.skipped() > 0, "damage has bytes");
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    if (data[0] % 2 == 1) make_checksums_right(bytes, 0);

    const auto header = decode_segment_header(bytes);
    if (header) ensure(header->follows < header->first, "a segment follows earlier records");
    walk_over(FileInMemory(bytes), bytes.size());
    return 0;
}
