#include "worker/survey.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

SurveyStep Survey::on_answer(const Completion& completion, TimePoint asked_at) {
    if (!completion.answer) return SurveyFailed{completion.reason};
    const auto& answer = *completion.answer;
    return has_count_ ? on_page(answer, asked_at) : on_conduits(answer.body);
}

SurveyStep Survey::on_conduits(const std::string& body) {
    const auto conduits = parse_conduits(body);
    if (!conduits) return SurveyFailed{"the list of conduits is not what Helix promises"};
    const auto found = std::ranges::find(*conduits, conduit_id_, &Conduit::id);
    if (found == conduits->end()) {
        return SurveyFailed{"the conduit is not listed any more", lists_conduits(body)};
    }
    has_count_ = true;
    listing_ = Listing(found->shard_count);
    return make_list_shards(endpoints_, conduit_id_, {});
}

SurveyStep Survey::on_page(const HttpResponse& answer, TimePoint asked_at) {
    auto page = parse_shards(answer.body);
    if (!page) return SurveyFailed{"the answer is not what Helix promises"};
    listing_.add(*page, answer.server_time(), {cursor_, asked_at});
    if (page->cursor.empty()) return std::move(listing_);

    if (page->cursor.size() > cursor_bytes_max) return SurveyFailed{"the cursor is too long"};
    if (!cursors_.insert(page->cursor).second) return SurveyFailed{"the listing repeats itself"};
    const auto limit = std::min<std::size_t>(pages_max, listing_.shard_count() + spare_pages);
    if (cursors_.size() >= limit) return SurveyFailed{"the listing does not end"};
    cursor_ = std::move(page->cursor);
    return make_list_shards(endpoints_, conduit_id_, cursor_);
}

}  // namespace conduitd
