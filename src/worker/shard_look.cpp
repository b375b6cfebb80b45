#include "worker/shard_look.hpp"

#include "helix/error.hpp"

#include <utility>

namespace conduitd {

ShardLook::ShardLook(ShardSet shards, From from)
    : shards_(std::move(shards)), is_begun_further_on_(from == From::page_that_had_them) {
    begin();
}

void ShardLook::begin() {
    seen_.clear();
    for (const auto id : shards_) missing_.insert(std::to_string(id));
}

LookStep ShardLook::on_page(const Completion& completion) {
    const bool is_further_on = std::exchange(is_begun_further_on_, false);
    if (!completion.answer) {
        // How long a cursor holds is not documented.
        const bool is_refused = completion.answer.error() == HelixError::invalid_request;
        if (is_further_on && is_refused) return LookFurther{};
        return LookFailed{completion.reason};
    }
    auto page = parse_shards(completion.answer->body);
    if (!page) return LookFailed{"the answer is not what Helix promises"};

    for (auto& shard : page->shards) {
        if (missing_.erase(shard.id) > 0) seen_.push_back(std::move(shard));
    }
    if (is_further_on && !missing_.empty()) {
        begin();
        return LookFurther{};
    }
    if (missing_.empty() || page->cursor.empty()) return ShardsSeen{std::move(seen_)};

    if (page->cursor.size() > cursor_bytes_max) return LookFailed{"the cursor is too long"};
    if (!cursors_.insert(page->cursor).second) return LookFailed{"the listing repeats itself"};
    if (cursors_.size() >= pages_max) return LookFailed{"the listing does not end"};
    return LookFurther{std::move(page->cursor)};
}

}  // namespace conduitd
