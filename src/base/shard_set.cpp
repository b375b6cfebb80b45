#include "base/shard_set.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace conduitd {

ShardSet::ShardSet(std::vector<std::uint32_t> ids) : ids_(std::move(ids)) {
    std::ranges::sort(ids_);
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
}

void ShardSet::insert(const ShardSet& others) {
    std::vector<std::uint32_t> all;
    std::ranges::set_union(ids_, others.ids_, std::back_inserter(all));
    ids_ = std::move(all);
}

void ShardSet::erase(const ShardSet& others) {
    std::erase_if(ids_, [&](std::uint32_t id) { return others.contains(id); });
}

bool ShardSet::contains(std::uint32_t id) const {
    return std::ranges::binary_search(ids_, id);
}

ShardSet ShardSet::first(std::size_t count) const {
    ShardSet some;
    some.ids_.assign(ids_.begin(),
                     ids_.begin() + static_cast<std::ptrdiff_t>(std::min(count, ids_.size())));
    return some;
}

std::string ShardSet::text() const {
    std::string out;
    for (auto from = ids_.begin(); from != ids_.end();) {
        auto last = from;
        while (std::next(last) != ids_.end() && *std::next(last) == *last + 1) ++last;
        if (std::distance(from, last) == 1) last = from;
        if (!out.empty()) out += ',';
        out += std::to_string(*from);
        if (last != from) out += '-' + std::to_string(*last);
        from = std::next(last);
    }
    return out;
}

}  // namespace conduitd
