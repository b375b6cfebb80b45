#pragma once

#include "helix/api.hpp"
#include "helix/client.hpp"
#include "worker/listing.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <variant>

namespace conduitd {

struct SurveyFailed {
    std::string why;               // for people
    bool is_conduit_gone = false;  // it is not listed
};
// What to ask for next, or what came of it all.
using SurveyStep = std::variant<HttpRequest, Listing, SurveyFailed>;

// Reads the whole of a conduit: Get Conduits for its count, then Get Conduit Shards page by page,
// whose size is not documented. One point a call.
class Survey {
public:
    // More pages are not asked for: 20,000 shards, the most a conduit may have, at ten a page; of a
    // small conduit as many as it has shards, and a few.
    static constexpr std::size_t pages_max = 2000;
    static constexpr std::size_t spare_pages = 8;
    static constexpr std::size_t cursor_bytes_max = 1024;

    Survey(const HelixEndpoints& endpoints, std::string conduit_id)
        : endpoints_(endpoints), conduit_id_(std::move(conduit_id)) {}

    [[nodiscard]] HttpRequest first_request() const { return make_list_conduits(endpoints_); }

    // To begin anew would cost more than what is still to be read.
    [[nodiscard]] bool has_pages() const { return has_count_ && listing_.pages() > 0; }

    // Takes the answer to what was asked for last, at `asked_at`. After the last one, a Listing.
    [[nodiscard]] SurveyStep on_answer(const Completion& completion, TimePoint asked_at);

private:
    [[nodiscard]] SurveyStep on_conduits(const std::string& body);
    [[nodiscard]] SurveyStep on_page(const HttpResponse& answer, TimePoint asked_at);

    HelixEndpoints endpoints_;
    std::string conduit_id_;
    bool has_count_ = false;
    Listing listing_;
    std::string cursor_;             // of the page that was asked for
    std::set<std::string> cursors_;  // those asked for: one that comes again would go on forever
};

}  // namespace conduitd
