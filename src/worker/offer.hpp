#pragma once

#include "base/time.hpp"
#include "worker/actions.hpp"
#include "worker/link.hpp"

#include <optional>
#include <string>

namespace conduitd {

// What happens to the bound session while its worker offers its shards to another process: it is
// followed up if that comes to nothing.
struct Offer {
    struct Ended {
        Link link;
        SessionEnd end;
        TimePoint at;
    };
    struct Order {
        SessionKey key;
        std::string url;
    };
    TimePoint left_at = never;  // the other process has everything
    std::optional<Ended> ended{};
    std::optional<Order> order{};

    [[nodiscard]] bool is_in_doubt() const { return ended || order; }
};

}  // namespace conduitd
