#pragma once

#include "helix/api.hpp"
#include "helix/client.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <variant>

namespace conduitd {

struct LookFurther {
    std::string cursor;  // of the page to ask for next
};
struct ShardSeen {
    Shard shard;
};
struct ShardNotListed {};  // never had a transport (observed: such a shard may be left out)
struct LookFailed {
    std::string why;
};
using LookStep = std::variant<LookFurther, ShardSeen, ShardNotListed, LookFailed>;

// Looks for one shard in Get Conduit Shards, page by page: there is no call for a single shard, and
// the size of a page is not documented.
class ShardLook {
public:
    // More pages are not asked for: 20,000 shards, the most a conduit may have, at ten a page.
    static constexpr std::size_t pages_max = 2000;
    static constexpr std::size_t cursor_bytes_max = 1024;

    explicit ShardLook(std::uint32_t shard) : shard_id_(std::to_string(shard)) {}

    // Takes the answer to the call for the next page.
    [[nodiscard]] LookStep on_page(const Completion& completion);

    // So many were asked for; each costs a point.
    [[nodiscard]] std::uint32_t pages() const {
        return static_cast<std::uint32_t>(cursors_.size()) + 1;
    }

private:
    std::string shard_id_;
    std::set<std::string> cursors_;  // those asked for: one that comes again would go on forever
};

}  // namespace conduitd
