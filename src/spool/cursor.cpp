#include "spool/cursor.hpp"

#include "spool/byte_order.hpp"
#include "spool/error.hpp"

namespace conduitd {

std::string encode_cursor(const Cursor& cursor) {
    std::string body;
    append_little(body, cursor.acked);
    append_little<std::int64_t>(body, cursor.seen_at.time_since_epoch().count());
    return encode_document(DocumentKind::cursor, cursor.spool_id, body);
}

Result<Cursor> decode_cursor(std::string_view bytes) {
    const auto document = decode_document(DocumentKind::cursor, bytes);
    if (!document) return document.error();
    FieldReader fields(document->body);
    Cursor cursor;
    cursor.spool_id = document->spool_id;
    cursor.acked = fields.take<std::uint64_t>();
    cursor.seen_at = WallTime(Duration(fields.take<std::int64_t>()));
    if (!fields.is_whole()) return make_error_code(SpoolError::damaged);
    return cursor;
}

}  // namespace conduitd
