#include "worker/shard_look.hpp"

#include <utility>

namespace conduitd {

ShardLook::ShardLook(const ShardSet& shards) {
    for (const auto id : shards) missing_.insert(std::to_string(id));
}

LookStep ShardLook::on_page(const Completion& completion) {
    if (!completion.answer) return LookFailed{completion.reason};
    auto page = parse_shards(completion.answer->body);
    if (!page) return LookFailed{"the answer is not what Helix promises"};

    for (auto& shard : page->shards) {
        if (missing_.erase(shard.id) > 0) seen_.push_back(std::move(shard));
    }
    if (missing_.empty() || page->cursor.empty()) return ShardsSeen{std::move(seen_)};

    if (page->cursor.size() > cursor_bytes_max) return LookFailed{"the cursor is too long"};
    if (!cursors_.insert(page->cursor).second) return LookFailed{"the listing repeats itself"};
    if (cursors_.size() >= pages_max) return LookFailed{"the listing does not end"};
    return LookFurther{std::move(page->cursor)};
}

}  // namespace conduitd
