#pragma once

#include "base/error.hpp"
#include "spool/spool_id.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// What each file of the spool begins with: magic, version, the spool's id, a body, a checksum.
namespace conduitd {

// The newest that is understood, and the one that is written.
inline constexpr std::uint32_t document_version = 1;

enum class DocumentKind { segment, ids, cursor, losses };

inline constexpr std::size_t document_head_bytes = 32;
inline constexpr std::size_t document_overhead_bytes = document_head_bytes + 8;

struct Document {
    SpoolId spool_id{};
    std::string_view body;  // into the bytes it was read from
};

[[nodiscard]] std::string encode_document(DocumentKind kind, const SpoolId& spool_id,
                                          std::string_view body);

// True for the first document_head_bytes of a document of this kind and spool. Says nothing of its
// body.
[[nodiscard]] bool is_document_head(DocumentKind kind, const SpoolId& spool_id,
                                    std::string_view head);

// Reads the document that `bytes` begin with. Errors: foreign_file (another magic), newer_format,
// damaged (cut short, all zeros, or the checksum does not fit). A flipped bit in magic or version
// makes no foreigner of a document that is otherwise whole: that is read as if it were right.
[[nodiscard]] Result<Document> decode_document(DocumentKind kind, std::string_view bytes);

}  // namespace conduitd
