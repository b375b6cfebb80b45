#pragma once

#include "base/error.hpp"
#include "helix/http.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace conduitd {

// How many requests have been answered, by where they went and how.
class CallCounts {
public:
    // An endpoint, "PATCH /eventsub/conduits/shards", and the class of a status, "2xx", or "none"
    // without an answer.
    using Key = std::pair<std::string, std::string>;

    // Without the base URL and what names single things; a path that is not ours is "other".
    [[nodiscard]] static std::string endpoint_of(const HttpRequest& request);

    void on_answer(const std::string& endpoint, const Result<HttpResponse>& answer);

    [[nodiscard]] const std::map<Key, std::uint64_t>& counts() const { return counts_; }

private:
    std::map<Key, std::uint64_t> counts_;
};

}  // namespace conduitd
