#include "base/ensure.hpp"
#include "spool/cursor.hpp"
#include "spool/document.hpp"
#include "spool/ids_file.hpp"
#include "spool/losses.hpp"
#include "spool/segment_header.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

// The small files of a spool. The first byte chooses the kind, and whether the rest is a file as it
// stands or the body of one whose checksum is right.
namespace {

using namespace conduitd;

void check_cursor(std::string_view bytes) {
    const auto cursor = decode_cursor(bytes);
    if (!cursor) return;
    const auto again = decode_cursor(encode_cursor(*cursor));
    ensure(again && again->acked == cursor->acked, "a cursor is read as it is written");
}

void check_ids(std::string_view bytes) {
    const auto file = decode_ids(bytes);
    if (!file) return;
    const auto again = decode_ids(encode_ids(*file));
    ensure(again && again->ids.size() == file->ids.size(), "ids are read as they are written");
}

void check_losses(std::string_view bytes) {
    auto decoded = Losses::decode(bytes);
    if (!decoded) return;
    const auto gap = decoded->losses.tell(1, UINT64_MAX);
    ensure(gap.first == 1 && gap.last == UINT64_MAX, "a gap is as long as was asked");
    ensure(Losses::decode(decoded->losses.encode({})).has_value(),
           "losses are read as they are written");
}

void check_header(std::string_view bytes) {
    const auto header = decode_segment_header(bytes);
    if (!header) return;
    ensure(decode_segment_header(encode_segment_header(*header)).has_value(),
           "a header is read as it is written");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto kind = static_cast<DocumentKind>(data[0] % 4);
    std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    if (data[0] >= 128) bytes = encode_document(kind, {}, bytes);

    switch (kind) {
        case DocumentKind::segment:
            check_header(bytes);
            break;
        case DocumentKind::ids:
            check_ids(bytes);
            break;
        case DocumentKind::cursor:
            check_cursor(bytes);
            break;
        case DocumentKind::losses:
            check_losses(bytes);
            break;
    }
    return 0;
}
