#include "spool/document.hpp"

#include "spool/byte_order.hpp"
#include "spool/error.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace conduitd {
namespace {

constexpr std::size_t magic_bytes = 8;

std::string_view magic_of(DocumentKind kind) {
    switch (kind) {
        case DocumentKind::segment:
            return "cdtd.seg";
        case DocumentKind::ids:
            return "cdtd.ids";
        case DocumentKind::cursor:
            return "cdtd.cur";
        case DocumentKind::losses:
            return "cdtd.los";
    }
    return {};
}

bool is_checksum_right(std::string_view bytes, std::size_t body_bytes) {
    const auto checked = document_head_bytes + body_bytes;
    return XXH3_64bits(bytes.data(), checked) == load_little<std::uint64_t>(bytes.data() + checked);
}

std::string encode_start(DocumentKind kind) {
    std::string start(magic_of(kind));
    append_little(start, document_version);
    return start;
}

bool is_right_but_for_its_start(DocumentKind kind, std::string_view bytes, std::size_t body_bytes) {
    const auto start = encode_start(kind);
    std::string mended(bytes.substr(0, document_overhead_bytes + body_bytes));
    mended.replace(0, start.size(), start);
    return is_checksum_right(mended, body_bytes);
}

// Why bytes whose checksum does not fit are refused.
SpoolError judge(DocumentKind kind, std::string_view bytes) {
    const auto magic = bytes.substr(0, magic_bytes);
    if (magic != magic_of(kind).substr(0, magic.size())) {
        // A file that lost its text in a crash is no stranger.
        const bool is_blank =
            std::all_of(magic.begin(), magic.end(), [](char c) { return c == 0; });
        return is_blank ? SpoolError::damaged : SpoolError::foreign_file;
    }
    if (bytes.size() < magic_bytes + sizeof(std::uint32_t)) return SpoolError::damaged;
    const auto version = load_little<std::uint32_t>(bytes.data() + magic_bytes);
    return version > document_version ? SpoolError::newer_format : SpoolError::damaged;
}

}  // namespace

std::string encode_document(DocumentKind kind, const SpoolId& spool_id, std::string_view body) {
    std::string out = encode_start(kind);
    out.reserve(document_overhead_bytes + body.size());
    append_little(out, static_cast<std::uint32_t>(body.size()));
    out.append(reinterpret_cast<const char*>(spool_id.data()), spool_id.size());
    out += body;
    append_little<std::uint64_t>(out, XXH3_64bits(out.data(), out.size()));
    return out;
}

bool is_document_head(DocumentKind kind, const SpoolId& spool_id, std::string_view head) {
    if (head.size() != document_head_bytes) return false;
    const std::string_view id(reinterpret_cast<const char*>(spool_id.data()), spool_id.size());
    return head.starts_with(encode_start(kind)) && head.ends_with(id);
}

Result<Document> decode_document(DocumentKind kind, std::string_view bytes) {
    if (bytes.size() < document_overhead_bytes) return make_error_code(judge(kind, bytes));
    const std::size_t body_bytes = load_little<std::uint32_t>(bytes.data() + magic_bytes + 4);
    if (body_bytes > bytes.size() - document_overhead_bytes) {
        return make_error_code(judge(kind, bytes));
    }
    const bool is_ours = bytes.substr(0, magic_bytes + 4) == encode_start(kind) &&
                         is_checksum_right(bytes, body_bytes);
    if (!is_ours && !is_right_but_for_its_start(kind, bytes, body_bytes)) {
        return make_error_code(judge(kind, bytes));
    }
    Document document;
    std::memcpy(document.spool_id.data(), bytes.data() + magic_bytes + 8, document.spool_id.size());
    document.body = bytes.substr(document_head_bytes, body_bytes);
    return document;
}

}  // namespace conduitd
