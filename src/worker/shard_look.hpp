#pragma once

#include "base/shard_set.hpp"
#include "helix/api.hpp"
#include "helix/client.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace conduitd {

struct LookFurther {
    std::string cursor;  // of the page to ask for next; empty: the first
};
// Those looked for, in no order. One that never had a transport may be left out (observed).
struct ShardsSeen {
    std::vector<Shard> shards;
};
struct LookFailed {
    std::string why;
};
using LookStep = std::variant<LookFurther, ShardsSeen, LookFailed>;

// Looks for shards in Get Conduit Shards, page by page, until all are seen: there is no call for a
// single shard, and the size of a page is not documented. Each page costs a point, so a look may
// begin at the page that had them; where they are not on it any more, it begins anew at the first.
class ShardLook {
public:
    // More pages are not asked for: 20,000 shards, the most a conduit may have, at ten a page.
    static constexpr std::size_t pages_max = 2000;
    static constexpr std::size_t cursor_bytes_max = 1024;

    enum class From {
        first_page,
        page_that_had_them,
    };

    // Precondition: not empty.
    explicit ShardLook(ShardSet shards, From from = From::first_page);

    // Takes the answer to the call for the next page.
    [[nodiscard]] LookStep on_page(const Completion& completion);

    // So many were asked for; each costs a point.
    [[nodiscard]] std::uint32_t pages() const {
        return static_cast<std::uint32_t>(cursors_.size()) + 1;
    }

private:
    void begin();

    ShardSet shards_;
    bool is_begun_further_on_;
    std::set<std::string, std::less<>> missing_;  // ids
    std::vector<Shard> seen_;
    std::set<std::string> cursors_;  // those asked for: one that comes again would go on forever
};

}  // namespace conduitd
