#include "spool/record_batch.hpp"

#include "base/ensure.hpp"

namespace conduitd {

void RecordBatch::add(std::string_view frame, WallTime received_at, const IdDigest& id) {
    ensure(first_ == 0, "a batch that is sealed takes no more frames");
    if (records_ == 0) since_ = received_at;
    until_ = received_at;
    append_unsealed_record(bytes_, RecordKind::frame, received_at, id, frame);
    ++records_;
}

void RecordBatch::seal(std::uint64_t first, std::uint64_t seed) {
    first_ = first;
    std::uint64_t sequence = first;
    for (std::size_t offset = 0; offset < bytes_.size(); ++sequence) {
        offset += seal_record(bytes_.data() + offset, sequence, seed);
    }
    ensure(sequence == end(), "a batch holds as many records as were added");
}

void RecordBatch::add_sealed(const RecordView& record) {
    if (records_ == 0) {
        first_ = record.sequence;
        since_ = record.received_at;
    }
    ensure(record.sequence == end(), "the records of a batch follow each other");
    until_ = record.received_at;
    // The record's bytes stand before its frame.
    bytes_.append(record.frame.data() - record_head_bytes, record.bytes());
    ++records_;
}

void RecordBatch::clear() {
    bytes_.clear();
    records_ = 0;
    first_ = 0;
}

RecordView RecordBatch::view_at(std::size_t offset) const {
    return view_of_record(std::string_view(bytes_).substr(offset));
}

}  // namespace conduitd
