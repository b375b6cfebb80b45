#include "worker/shard_look.hpp"

#include <algorithm>

namespace conduitd {

LookStep ShardLook::on_page(const Completion& completion) {
    if (!completion.answer) return LookFailed{completion.reason};
    auto page = parse_shards(completion.answer->body);
    if (!page) return LookFailed{"the answer is not what Helix promises"};

    const auto found = std::ranges::find(page->shards, shard_id_, &Shard::id);
    if (found != page->shards.end()) return ShardSeen{std::move(*found)};
    if (page->cursor.empty()) return ShardNotListed{};

    if (page->cursor.size() > cursor_bytes_max) return LookFailed{"the cursor is too long"};
    if (!cursors_.insert(page->cursor).second) return LookFailed{"the listing repeats itself"};
    if (cursors_.size() >= pages_max) return LookFailed{"the listing does not end"};
    return LookFurther{std::move(page->cursor)};
}

}  // namespace conduitd
