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
//                     doubt()
//       proven ----------------------> doubtful    more of it: the earliest beginning counts
//         ^ |                             |
//         | | prove()                     | prove(): the gap, to be told
//         +-+-----------------------------+
//
// A loose claim is no doubt by itself: its session may be one that is read. It becomes one when the
// shard is claimed again, for it may have had the shard in between. When it turns out that it had
// no effect, the doubts are over that there were because of it.
class Binding {
public:
    // Claims for a session that were not answered and may take effect late; until the shard is read
    // back.
    struct LooseClaim {
        std::string session_id;
        TimePoint since;         // when the first of them was sent
        TimePoint latest_at;     // when it was learnt that the last of them was not answered
        TimePoint unread_since;  // what its session brought before has been read
        unsigned count = 1;
    };

    // The worker begins: of what was before, nothing is known here.
    void start(TimePoint now) { proven_at_ = now; }

    void on_claim_sent(std::string_view session_id);

    // Whether the shard was claimed for it by this worker, among the last own_sessions_max.
    [[nodiscard]] bool is_own(std::string_view session_id) const;
    static constexpr std::size_t own_sessions_max = 16;
    [[nodiscard]] const std::deque<std::string>& own_sessions() const { return own_sessions_; }

    // A claim for the session, sent at `since`, may have taken effect, or may yet.
    void on_claim_unanswered(std::string_view session_id, TimePoint since, TimePoint now);
    // The session has ended: what it brought before `since` has been read.
    void on_session_unread(std::string_view session_id, TimePoint since);
    // It had no effect after all, and will have none.
    void on_claim_without_effect(std::string_view session_id, TimePoint since);
    // One for each session, the earliest first; of more sessions than loose_sessions_max the
    // earliest are forgotten, and their time counts for the one that follows.
    [[nodiscard]] const std::deque<LooseClaim>& loose_claims() const { return loose_claims_; }
    static constexpr std::size_t loose_sessions_max = 16;
    [[nodiscard]] bool has_loose_claim_for(std::string_view session_id) const;

    // The shard may not have been at a session that is read since then.
    void doubt(GapReason reason, TimePoint since);
    // Likewise, if a loose claim has taken effect.
    void doubt_for_loose_claim(TimePoint since);
    [[nodiscard]] bool is_doubtful() const { return doubt_ || claim_doubt_; }

    // Twitch says that the shard is at the session that is read, in the answer to what was asked at
    // `asked_at`: so it was since some time after that. What may be missing until now.
    [[nodiscard]] std::optional<Gap> prove(TimePoint asked_at, TimePoint now);
    // When it was asked for, what proved that last; the start before the first proof.
    [[nodiscard]] TimePoint proven_at() const { return proven_at_; }

    // The shard was found where it should be, and no earlier claim is on its way any more.
    void settle() { loose_claims_.clear(); }
    // The same of those only whose `latest_at` is before this.
    void settle_before(TimePoint asked_at);

    // The doubt, whose time is told with a gap that outlives it.
    [[nodiscard]] std::optional<Gap> take_doubt();

private:
    TimePoint proven_at_{};
    std::optional<Gap> doubt_;
    std::optional<Gap> claim_doubt_;  // because of loose claims
    std::deque<LooseClaim> loose_claims_;
    std::deque<std::string> own_sessions_;  // the latest last
};

}  // namespace conduitd
