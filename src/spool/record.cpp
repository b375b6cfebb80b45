#include "spool/record.hpp"

#include "base/ensure.hpp"
#include "spool/byte_order.hpp"

#include <xxhash.h>

#include <cstring>

namespace conduitd {
namespace {

constexpr std::size_t marker_at = 8;
constexpr std::size_t frame_bytes_at = 12;
constexpr std::size_t sequence_at = 16;
constexpr std::size_t received_at_at = 24;
constexpr std::size_t id_at = 32;

constexpr std::size_t marker_bytes = 4;
constexpr std::string_view frame_marker = "\xf5rec";
constexpr std::string_view end_marker =
    "\xf5"
    "end";

std::string_view marker_of(RecordKind kind) {
    return kind == RecordKind::frame ? frame_marker : end_marker;
}

std::uint64_t checksum_of(const char* record, std::size_t bytes, std::uint64_t seed) {
    return XXH3_64bits_withSeed(record + marker_at, bytes - marker_at, seed);
}

}  // namespace

std::uint64_t record_seed(const SpoolId& spool_id) {
    return load_little<std::uint64_t>(reinterpret_cast<const char*>(spool_id.data()));
}

void append_unsealed_record(std::string& out, RecordKind kind, WallTime received_at,
                            const IdDigest& id, std::string_view frame) {
    ensure(frame.size() <= spooled_frame_bytes_max, "a frame fits into a record");
    char head[record_head_bytes] = {};
    std::memcpy(head + marker_at, marker_of(kind).data(), marker_bytes);
    store_little(head + frame_bytes_at, static_cast<std::uint32_t>(frame.size()));
    store_little<std::int64_t>(head + received_at_at, received_at.time_since_epoch().count());
    std::memcpy(head + id_at, id.data(), id.size());
    out.append(head, sizeof head);
    out += frame;
}

std::size_t seal_record(char* record, std::uint64_t sequence, std::uint64_t seed) {
    store_little(record + sequence_at, sequence);
    const auto bytes = record_head_bytes + load_little<std::uint32_t>(record + frame_bytes_at);
    store_little<std::uint64_t>(record, checksum_of(record, bytes, seed));
    return bytes;
}

RecordReading read_record(std::string_view bytes, std::uint64_t seed) {
    if (bytes.size() < record_head_bytes) return {RecordState::cut_short, record_head_bytes, {}};
    const auto marker = bytes.substr(marker_at, marker_bytes);
    if (marker != frame_marker && marker != end_marker) return {};
    const std::size_t frame_bytes = load_little<std::uint32_t>(bytes.data() + frame_bytes_at);
    if (frame_bytes > spooled_frame_bytes_max) return {};
    const auto whole_bytes = record_head_bytes + frame_bytes;
    if (bytes.size() < whole_bytes) return {RecordState::cut_short, whole_bytes, {}};
    if (load_little<std::uint64_t>(bytes.data()) != checksum_of(bytes.data(), whole_bytes, seed)) {
        return {};
    }

    return {RecordState::whole, whole_bytes, view_of_record(bytes)};
}

RecordView view_of_record(std::string_view bytes) {
    RecordView record;
    const bool is_frame = bytes.substr(marker_at, marker_bytes) == frame_marker;
    record.kind = is_frame ? RecordKind::frame : RecordKind::end;
    record.sequence = load_little<std::uint64_t>(bytes.data() + sequence_at);
    record.received_at =
        WallTime(Duration(load_little<std::int64_t>(bytes.data() + received_at_at)));
    std::memcpy(record.id.data(), bytes.data() + id_at, record.id.size());
    const std::size_t frame_bytes = load_little<std::uint32_t>(bytes.data() + frame_bytes_at);
    record.frame = bytes.substr(record_head_bytes, frame_bytes);
    return record;
}

std::size_t find_record(std::string_view bytes, std::size_t from) {
    for (std::size_t at = from + marker_at;; ++at) {
        at = bytes.find(frame_marker[0], at);
        if (at == std::string_view::npos) return at;
        const auto marker = bytes.substr(at, marker_bytes);
        if (marker == frame_marker || marker == end_marker) return at - marker_at;
    }
}

}  // namespace conduitd
