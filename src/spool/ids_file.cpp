#include "spool/ids_file.hpp"

#include "spool/byte_order.hpp"
#include "spool/error.hpp"

#include <cstring>

namespace conduitd {
namespace {

constexpr std::size_t entry_bytes = 24;

}  // namespace

std::string encode_ids(const IdsFile& file) {
    std::string body;
    body.reserve(12 + file.ids.size() * entry_bytes);
    append_little(body, file.first);
    append_little(body, static_cast<std::uint32_t>(file.ids.size()));
    for (const auto& entry : file.ids) {
        body.append(reinterpret_cast<const char*>(entry.id.data()), entry.id.size());
        append_little<std::int64_t>(body, entry.received_at.time_since_epoch().count());
    }
    return encode_document(DocumentKind::ids, file.spool_id, body);
}

Result<IdsFile> decode_ids(std::string_view bytes) {
    const auto document = decode_document(DocumentKind::ids, bytes);
    if (!document) return document.error();
    FieldReader fields(document->body);
    IdsFile file;
    file.spool_id = document->spool_id;
    file.first = fields.take<std::uint64_t>();
    const std::size_t count = fields.take<std::uint32_t>();
    if (count > document->body.size() / entry_bytes) return make_error_code(SpoolError::damaged);
    file.ids.resize(count);
    for (auto& entry : file.ids) {
        const auto id = fields.take_bytes(entry.id.size());
        if (!id.empty()) std::memcpy(entry.id.data(), id.data(), id.size());
        entry.received_at = WallTime(Duration(fields.take<std::int64_t>()));
    }
    if (!fields.is_whole()) return make_error_code(SpoolError::damaged);
    return file;
}

}  // namespace conduitd
