#pragma once

#include "base/time.hpp"
#include "worker/gap.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace conduitd {

// What is known of where the shard points. The last Update Conduit Shards wins, one that was not
// answered may be applied late, and somebody else may claim the shard as well. So there are proofs
// that it is at a session of ours, and in between there may be a doubt: the time from its beginning
// to the next proof is a gap.
//
//                 doubt(), yield()
//       proven ----------------------> doubtful    more of it: the earliest beginning counts
//         ^ |                             |
//         | | prove()                     | prove(): the gap, to be told
//         +-+-----------------------------+
//
// A loose claim is no doubt by itself: its session may be one that is read. It becomes one when the
// shard is claimed again, for it may have had the shard in between.
class Binding {
public:
    // A claim that was not answered and may take effect late; until the shard is read back.
    struct LooseClaim {
        std::string session_id;
        TimePoint since;
    };

    void on_claim_sent(std::string_view session_id);

    // Whether the shard was claimed for it by this worker, among the last own_sessions_max.
    [[nodiscard]] bool is_own(std::string_view session_id) const;
    static constexpr std::size_t own_sessions_max = 16;

    // A claim for the session, sent at `since`, may have taken effect, or may yet.
    void on_claim_unanswered(std::string_view session_id, TimePoint since);
    [[nodiscard]] const std::optional<LooseClaim>& loose_claim() const { return loose_claim_; }

    // The shard may not have been at a session that is read since then.
    void doubt(GapReason reason, TimePoint since);
    [[nodiscard]] bool is_doubtful() const { return doubt_.has_value(); }

    // Another's session has the shard. True when that is news.
    bool yield(std::string_view session_id);
    [[nodiscard]] const std::string& holder() const { return holder_; }  // empty when none

    // Twitch says that the shard is at the session that is read, in the answer to what was asked at
    // `asked_at`: so it was since some time after that. What may be missing until now.
    [[nodiscard]] std::optional<Gap> prove(TimePoint asked_at, TimePoint now);
    [[nodiscard]] TimePoint proven_at() const { return proven_at_; }

    // The shard was found where it should be, and no earlier claim is on its way any more.
    void settle() { loose_claim_.reset(); }

    // The doubt, whose time is told with a gap that outlives it.
    [[nodiscard]] std::optional<Gap> take_doubt();

private:
    TimePoint proven_at_{};
    std::optional<Gap> doubt_;
    std::optional<LooseClaim> loose_claim_;
    std::string holder_;
    std::deque<std::string> own_sessions_;  // the latest last
};

}  // namespace conduitd
