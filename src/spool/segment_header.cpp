#include "spool/segment_header.hpp"

#include "spool/byte_order.hpp"
#include "spool/error.hpp"

namespace conduitd {

std::string encode_segment_header(const SegmentHeader& header) {
    std::string body;
    append_little(body, header.first);
    append_little(body, header.follows);
    append_little(body, header.reserved_end);
    append_little<std::int64_t>(body, header.created_at.time_since_epoch().count());
    return encode_document(DocumentKind::segment, header.spool_id, body);
}

Result<SegmentHeader> decode_segment_header(std::string_view bytes) {
    const auto document = decode_document(DocumentKind::segment, bytes);
    if (!document) return document.error();
    FieldReader fields(document->body);
    SegmentHeader header;
    header.spool_id = document->spool_id;
    header.first = fields.take<std::uint64_t>();
    header.follows = fields.take<std::uint64_t>();
    header.reserved_end = fields.take<std::uint64_t>();
    header.created_at = WallTime(Duration(fields.take<std::int64_t>()));
    const bool makes_sense =
        fields.is_whole() && header.follows < header.first && header.first < header.reserved_end;
    if (!makes_sense) return make_error_code(SpoolError::damaged);
    return header;
}

}  // namespace conduitd
