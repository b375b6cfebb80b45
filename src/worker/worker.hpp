#pragma once

#include "base/log.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "eventsub/dedupe.hpp"
#include "helix/client.hpp"
#include "worker/actions.hpp"
#include "worker/binding.hpp"
#include "worker/calls.hpp"
#include "worker/choice.hpp"
#include "worker/claim.hpp"
#include "worker/claim_check.hpp"
#include "worker/conduit_search.hpp"
#include "worker/gap.hpp"
#include "worker/handover.hpp"
#include "worker/home_standing.hpp"
#include "worker/link.hpp"
#include "worker/look_pace.hpp"
#include "worker/look_plan.hpp"
#include "worker/loss.hpp"
#include "worker/missing_conduit.hpp"
#include "worker/never_bound.hpp"
#include "worker/offer.hpp"
#include "worker/options.hpp"
#include "worker/ordered_move.hpp"
#include "worker/parking.hpp"
#include "worker/quiet_watch.hpp"
#include "worker/redial.hpp"
#include "worker/refused_claims.hpp"
#include "worker/status.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conduitd {

// The shard worker, without I/O: claims its shard with a session, follows every order to move, and
// replaces what is lost. Two rules keep messages from being lost:
//
//  * The order is always: new session open -> bound, or proven bound -> old one read out -> old one
//    closed. Whatever makes a session doubtful (an order to move, silence, a refused binding) only
//    brings a second one up beside it.
//  * A message is forwarded whatever the state of the session it came on, and a repeat of its id is
//    dropped. While a predecessor is still being read out, its successor's messages wait, so that
//    the order in which Twitch wrote them holds.
//
//                    conduit known        claim accepted
//       preparing ------------------> seeking ------------> holding
//                                        ^  ^                |    ^
//                           bound ended  |  +----------------+    | successor bound,
//                                        |     bound ended   |    | or carries the binding
//                                        |                   v    |
//                                        +---------------- moving-+
//                                  told to move, silent, binding refused
//
//       any --stop--> stopping --last session ended--> stopped
//
// After session_reconnect (at T0) the given URL is dialled at once. The new session's id is the old
// one's on the real service (observed by several operators) and the binding comes with it; that is
// confirmed by an idempotent claim. With another id it is claimed. A URL that is refused, answered
// with 4007, or not answered by T0 + 10 s is followed by plan B: a fresh session and a claim, while
// the old one is still read.
//
// Protocol: start() once; on_*() for what happens; after each, take next_action() until it is empty
// and call on_deadline() at deadline(). Sessions end by on_session_end(), once each.
class Worker {
public:
    // `sink` and `log_sink` outlive the worker.
    Worker(WorkerOptions options, FrameSink& sink, LogSink& log_sink, std::uint64_t seed);

    // Before start(): the id of a message that a process before this one forwarded, oldest first.
    void remember(const IdDigest& id, TimePoint received_at);

    void start(TimePoint now);

    // Drains: closes every session, reads each to its end, then Stop{drained}. A second call gives
    // everything up at once.
    void stop(TimePoint now);

    // Brings a fresh session up beside the bound one, which is read out once the fresh one is
    // bound.
    [[nodiscard]] RotateVerdict rotate(TimePoint now);

    // Another process takes over, which claims what this one has. While it offers them, it reads on
    // and forwards, and asks Helix for nothing; what happens to its session meanwhile is followed
    // up by take_back(). (takeover_holder.hpp has the order of it.)
    [[nodiscard]] bool may_offer() const;
    void offer(TimePoint now);  // precondition: may_offer()
    // Its session is going: it has ended, or is to be left.
    [[nodiscard]] bool is_offer_in_doubt() const;
    // When a message came last; min() when none did.
    [[nodiscard]] TimePoint last_data_at() const;
    // The other process has the shards.
    void on_offer_taken(TimePoint now);
    // It has all that there is: the sessions are read until they are quiet, closed and read out;
    // then Stop{drained}.
    void leave_offered(TimePoint now);
    // It came to nothing: the shards are claimed for the session that is open. `lost_since`: since
    // then what the other process was sent may be missing; none when it claimed nothing.
    void take_back(std::optional<TimePoint> lost_since, TimePoint now);

    // Answers AskHolder, with what there is by now.
    void on_holder_ready(TakenOver what, TimePoint now);
    // A worker that takes over: it has all that it was to claim, or stands by where there was
    // nothing.
    [[nodiscard]] bool has_taken_over() const;
    // What the process that is taken over from has read after all: fresh when it is to be
    // forwarded.
    [[nodiscard]] Freshness take_late(const IdDigest& id, TimePoint received_at);
    // What points at its session besides what it claims for itself.
    [[nodiscard]] const ShardSet& guests() const { return kept_; }

    void on_session_open(SessionKey key, TimePoint now);
    void on_frame(SessionKey key, std::string_view frame, TimePoint now);
    // Never sent by Twitch; skipped.
    void on_binary_message(SessionKey key, std::size_t bytes, TimePoint now);
    void on_session_end(SessionKey key, const SessionEnd& end, TimePoint now);
    void on_response(RequestId id, Result<HttpResponse> answer, TimePoint now, WallTime wall);

    // The process did not run from `since` until now (a stopped process, a frozen container, a
    // starved machine). What is told next may have happened at any time between. To be called
    // before that, for more than nap_min.
    void on_slept(TimePoint since, TimePoint now);
    static constexpr Duration nap_min = std::chrono::seconds(1);

    // Answers LockTokenCache with what it has; empty for nothing.
    void on_token_cache_locked(const std::string& token, TimePoint now);

    // Answers LockHost.
    void on_host_locked(TimePoint now);

    // Answers ReadCredentials; nothing when they could not be read.
    void on_credentials(const std::optional<Credentials>& credentials, TimePoint now);

    [[nodiscard]] TimePoint deadline() const;
    void on_deadline(TimePoint now);

    [[nodiscard]] std::optional<Action> next_action();

    [[nodiscard]] WorkerState state() const { return state_; }
    [[nodiscard]] const std::string& conduit_id() const { return conduit_id_; }  // once known
    // What it claims for itself; of those that are configured less what somebody else has taken.
    [[nodiscard]] const ShardSet& home() const { return home_; }
    // Of some of the shards it is not known that they are at a session of ours.
    [[nodiscard]] bool is_doubtful() const { return binding_.is_doubtful(); }
    [[nodiscard]] WorkerStatus status() const;

private:
    // Preparation: worker_prepare.cpp.
    void begin(TimePoint now);
    void search(TimePoint now);
    void follow(SearchStep step, TimePoint now);
    [[nodiscard]] std::optional<CallId> ask_for(const SearchStep& step, TimePoint now);
    void on_conduit_found(ConduitFound found, TimePoint now);
    void bring_session(TimePoint now);
    void claim_found(Link& link, const ConduitFound& found, TimePoint now);
    void on_search_session_ended();
    void remember_conduit();
    void forget_before();
    void keep_host_lock();
    void take_completions(TimePoint now);
    void take(const Completion& completion, TimePoint now);

    // A conduit that goes while it is served: worker_recreate.cpp.
    [[nodiscard]] bool may_recreate() const;
    void on_conduit_missing(TimePoint now);
    void on_conduit_unlisted(TimePoint now);
    void on_conduit_proof();
    void recreate(TimePoint now);
    [[nodiscard]] TimePoint take_last_proof();
    void forget_conduit(TimePoint now);
    void on_recreated(TimePoint now);
    void on_nothing_to_serve(const CannotServe& no, TimePoint now);

    // The token: worker_token.cpp.
    void keep_token_cache_lock();
    void watch_token(TimePoint now);
    [[nodiscard]] bool must_wait_for_token(TimePoint now);
    void wait_for_token();
    void dial_with_token(TimePoint now);

    // Sessions: worker_sessions.cpp.
    void dial_fresh(std::string_view why, TimePoint now);
    void dial_again(TimePoint now);
    void dial_reconnect(const Url& url, TimePoint now);
    Link& add_link(LinkOrigin origin, TimePoint now);
    void note_continued(Link& link, TimePoint now);
    [[nodiscard]] bool has_shard_at_stop(const Link& link) const;
    void on_welcome(Link& link, TimePoint now);
    [[nodiscard]] bool carries_binding(const Link& link) const;
    [[nodiscard]] bool may_succeed(const Link& link) const;
    [[nodiscard]] TimePoint quiet_without_successor(const Link& link) const;
    [[nodiscard]] bool may_leave_unseen(const Link& link, TimePoint now) const;
    [[nodiscard]] bool is_on_its_way(const Link* successor) const;
    void leave(Link& link, TimePoint now);
    void on_link_deadlines(TimePoint now);
    void log_end(const Link& link, const SessionEnd& end);
    void close(Link& link);
    void abort(Link& link);

    // Between two processes: worker_takeover.cpp.
    [[nodiscard]] bool must_ask_holder(TimePoint now);
    void note_order(const Link& link, std::string_view url);
    void on_end_while_offering(Link link, const SessionEnd& end, TimePoint now);

    [[nodiscard]] TimePoint offer_deadline() const;
    void on_offer_deadline();

    // The end: worker_stop.cpp.
    void begin_standing_still();
    void finish(ExitCode code, std::string why);
    void cut_short();
    void finish_when_empty();

    // Handovers: worker_handover.cpp.
    void on_reconnect_order(Link& link, std::string_view url, TimePoint now);
    void take_over(Link& link, TimePoint now);
    void replace(Link& link, HandoverCause cause, std::string_view why, TimePoint now);
    void start_plan_b(std::string_view why, TimePoint now);
    void try_url_again(TimePoint now);
    void on_move_deadline(TimePoint now);
    static void begin_handover(Link& old, HandoverCause cause, TimePoint now);
    static void note_end(Departure& departure, const Link& other);
    void report_handover(Departure departure, const std::string& old_id, const Tally& old_tally,
                         Duration unbound);

    // Losses: worker_loss.cpp.
    void on_silence(Link& link, TimePoint now);
    void give_up(Link& link, TimePoint now);
    void on_bound_ended(const Link& link, const SessionEnd& end, TimePoint now);
    void on_successor_ended(const Link& link, const SessionEnd& end, TimePoint now);
    [[nodiscard]] bool is_to_be_left(const Link& bound) const;
    [[nodiscard]] static bool is_refusal(const SessionEnd& end);
    void on_url_refused(TimePoint now);
    void on_left_ended(const Link& link, const SessionEnd& end, TimePoint now);
    void on_unproven_ended(const Link& link, const SessionEnd& end, TimePoint now);
    void on_url_served(const Link& link);
    [[nodiscard]] TimePoint unmoved_until(SessionKey key, std::string_view session_id) const;
    void note_proofs_of_ended(const Link& link);
    void note_lost_dial(const Link& link, TimePoint since);
    [[nodiscard]] std::optional<TimePoint> take_lost_dials(const Link& link);
    [[nodiscard]] Duration settle_lost_dials(const Link& link, TimePoint now);
    [[nodiscard]] TimePoint came_at(TimePoint now) const;
    [[nodiscard]] TimePoint last_proof(const Link& link, const SessionEnd& end,
                                       TimePoint now) const;
    void report_departure(const Link& link, const SessionEnd& end, TimePoint now);
    [[nodiscard]] bool is_closed_early(const Link& link, const SessionEnd& end, TimePoint left_at,
                                       TimePoint now) const;
    void report_late(const Link& link, const SessionEnd& end, TimePoint now);
    void on_end_while_stopping(const Link& link, const SessionEnd& end, TimePoint now);
    void recover(const Link& link, TimePoint now);

    // Telling what may be missing: worker_gaps.cpp.
    void report_gap(Gap gap, TimePoint now);
    void collect_untold();
    void tell_at_stop(Gap gap, TimePoint now);
    void tell_untold(TimePoint now);

    // Claims: worker_claims.cpp.
    void want_claim(Link& link, TimePoint at);  // a round from its beginning
    void claim_rest(Link& link, TimePoint at);  // of the round under way
    [[nodiscard]] const ShardSet& claimed_shards() const;
    void start_claims(TimePoint now);
    void put_back_into_rounds(const Link& claimed, const ShardSet& batch);
    [[nodiscard]] bool must_read_first(Link& link, TimePoint now);
    void resume_claims(TimePoint now);
    void on_claim_answer(const Completion& completion, TimePoint now);
    void note_refusal(const ClaimVerdict& verdict, TimePoint now);
    void on_claim_verdict(Link& link, const ClaimVerdict& verdict, TimePoint now);
    void on_claim_accepted(Link& link, TimePoint now);
    ShardSet note_choice(TimePoint now);
    void note_first_claim(const Link& link, TimePoint now);
    void doubt_binding(const Link& link, TimePoint since, TimePoint now);
    void abandon_claim(Link& link, TimePoint now);
    void on_straggler(const AbandonedClaim& claim, const Result<HttpResponse>& answer,
                      TimePoint now);
    void claim_behind_straggler(TimePoint since, TimePoint now);

    // Claims that fail: worker_claim_failures.cpp.
    void on_claim_failed(Link& link, const ClaimVerdict& verdict, TimePoint now);
    void accept_in_part(Link& link, const ClaimVerdict& verdict, TimePoint now);
    void give_way(Link& link, TimePoint now);
    void close_oldest_unproven();

    // Reading where the shards are before a claim: worker_claim_check.cpp.
    [[nodiscard]] bool needs_claim_check(TimePoint now) const;
    void begin_claim_check(TimePoint now);
    void ask_claim_check(const std::string& cursor, TimePoint now);
    void settle_loose_claims(const Listing& listing, TimePoint asked_at);
    void doubt_for_strangers(const Listing& listing);
    void on_claim_check_answer(const Completion& completion, TimePoint now);
    void on_claim_check_deadline(TimePoint now);
    [[nodiscard]] bool has_overslept(TimePoint now) const;
    [[nodiscard]] bool must_check_claim(Link& link, TimePoint now);
    void yield_taken(Link& link, TimePoint now);
    void judge_yielded(const Listing& listing);

    // Reading the shard back: worker_look.cpp.
    void start_look(TimePoint now);
    void look_at_page(const std::string& cursor, TimePoint now);
    void prove_binding(TimePoint asked_at, TimePoint now);
    void on_look_step(const LookStep& step, TimePoint now);
    [[nodiscard]] bool is_read(const std::string& session_id) const;

    // Reading the whole listing: worker_survey.cpp.
    void plan_survey(TimePoint at);
    void look_soon(TimePoint now);
    void look_for_doubt(TimePoint now);
    void forget_looks();
    void start_survey(TimePoint now);
    [[nodiscard]] bool may_spend_on_looks(std::uint32_t kept_in, TimePoint now) const;
    void postpone_survey(TimePoint now);
    [[nodiscard]] bool is_seeking() const;
    void ask_survey(HttpRequest request, TimePoint now);
    void on_survey_step(SurveyStep step, TimePoint points_at, TimePoint now);
    void count_unserved(const Listing& listing);
    void plan_background_survey(const Listing& listing, TimePoint now);
    void on_listing(const Listing& listing, TimePoint began_at, TimePoint now);

    // What is held, and for whom: worker_home.cpp.
    void keep_home(Link& bound, const Listing& listing, TimePoint asked_at, TimePoint now);
    void drop_gone(const Listing& listing);
    void give_up_home(Link& bound, const ShardSet& taken, const Listing& listing, TimePoint now);
    void reclaim(Link& bound, const HomeStanding& standing, TimePoint now);
    void follow_move(const ShardSet& gone, const ShardSet& carried);
    [[nodiscard]] bool try_claim_back(TimePoint now);
    void note_claim_back(TimePoint now);

    // What another worker chose at our start: worker_start_contest.cpp.
    [[nodiscard]] ShardSet contested(const HomeStanding& standing, const Listing& listing,
                                     TimePoint now) const;
    void claim_once_more(Link& bound, const ShardSet& shards, const Listing& listing,
                         TimePoint now);
    [[nodiscard]] bool is_contender(const std::string& session_id, TimePoint now) const;

    // What points at our session besides: worker_guests.cpp.
    void note_owners(const Listing& listing, TimePoint now);
    void collect_guests(const Link& bound, const Listing& listing, TimePoint now);
    void look_for_late_guests(Link& link, TimePoint now);
    void lose_guests(const Gap& gap, const ShardSet& shards);
    void settle_lost_guests(const ShardSet& guests, TimePoint now);
    void tell_lost_guests(const ShardSet& found, TimePoint now);
    void tell_guests_left(const ShardSet& claimed, TimePoint now);
    void claim_guests(TimePoint now);
    void on_guests_answer(const ClaimUnderWay& claim, const Completion& completion, TimePoint now);
    [[nodiscard]] ShardSet take_fresh(std::size_t count_max);
    void on_fresh_answered(const ClaimUnderWay& claim, const Completion& completion,
                           ClaimVerdict& verdict, TimePoint now);
    void tell_grown(const ShardSet& bound, TimePoint now);

    // Dead shards of others: worker_adoption.cpp.
    void adopt(const Listing& listing, TimePoint now);
    void read_next_dead(TimePoint now);
    void on_dead_read(const Completion& completion, TimePoint now);
    void adopt_dead_of(const ShardSet& shards, const Listing& listing,
                       const NeverBound::Found& unbound, TimePoint now);
    void on_shard_disabled(std::string_view frame, TimePoint now);

    // What the conduit is subscribed to: worker_subscriptions.cpp.
    void begin_subscription_check(TimePoint now);
    void plan_subscription_check(TimePoint now);
    void on_subscription_check_due(TimePoint now);
    void check_subscriptions(TimePoint now);
    void on_shard_disabled_revoked(TimePoint now);
    void ask_subscriptions(HttpRequest request, TimePoint now);
    void on_subscriptions_step(SubscriptionStep step, TimePoint now);

    // Which shards to have: worker_choice.cpp.
    [[nodiscard]] bool is_auto() const { return options_.conduit.shards.empty(); }
    [[nodiscard]] ShardSet find_home(const Listing& listing, std::string_view own_session,
                                     TimePoint now);
    void forget_parked();
    [[nodiscard]] bool is_left_to_owner(std::uint32_t shard, const Listing& listing,
                                        TimePoint now) const;
    void take_home(const ShardSet& shards, const Listing& listing, TimePoint now);
    [[nodiscard]] bool is_gap_before(const ShardSet& chosen) const;
    void note_unserved(const Listing& listing, TimePoint now);
    void seek_home(Link& link, const Listing& listing, TimePoint now);
    void choose(const Listing& listing, TimePoint began_at, TimePoint now);
    void keep_own_guests(const ShardSet& carried, TimePoint now);
    void note_holder(const Listing& listing);
    void keep_for_guests(Link& link, const ShardSet& shards, TimePoint now);
    void on_nothing_free(const Listing& listing, TimePoint now);
    void on_conduit_gone(TimePoint now);
    void stand_by(TimePoint now);
    void leave_all(TimePoint now);
    [[nodiscard]] bool is_choice_fresh(TimePoint now) const;
    void check_choice(TimePoint now);
    void unchoose(const ShardSet& shards);
    void drop_choice(TimePoint now);
    void forget_choice();
    void read_next_chosen(TimePoint began_at, TimePoint now);
    void on_choice_checked(const Completion& completion, TimePoint now);
    void claim_checked(TimePoint now);

    // Leaving the shards to another worker: worker_parking.cpp, worker_lost_hosts.cpp.
    [[nodiscard]] bool may_park() const;
    void begin_parking(TimePoint now);
    [[nodiscard]] std::deque<std::string> sessions_to_leave() const;
    void on_parking_listing(const Listing& listing, TimePoint now);
    void park_next(TimePoint now);
    void on_parked(const Completion& completion, TimePoint now);
    void judge_parked(const Listing& listing, TimePoint now);
    void tell_parked();
    void tell_no_host();
    void tell_left_behind(std::string_view reason);
    [[nodiscard]] TimePoint parking_quiet_at() const;
    [[nodiscard]] TimePoint parking_deadline() const;
    void on_parking_deadline(TimePoint now);
    void end_parking(TimePoint now);
    void note_lost_hosts(const Listing& listing, TimePoint now);
    void tell_unserved(const ShardSet& shards, TimePoint now);
    void tell_unanswered(const Parking& parking, TimePoint now);

    // Making a shard: worker_growth.cpp.
    [[nodiscard]] bool may_grow(const Listing& listing) const;
    void begin_growth(const Listing& listing, TimePoint now);
    void on_growth_turn(TimePoint now);
    [[nodiscard]] bool is_growing() const;
    void ask_for_count(TimePoint now);
    [[nodiscard]] bool may_count_again(const Link& link, const Listing& listing,
                                       TimePoint now) const;
    void on_growth_answer(const Completion& completion, TimePoint now);
    void on_counted(const Completion& completion, TimePoint now);
    void on_grown(const Completion& completion, TimePoint now);
    [[nodiscard]] TimePoint growth_deadline() const;
    void on_growth_session_ended(const SessionEnd& end, TimePoint now);
    void on_growth_deadline(TimePoint now);
    void give_up_growth(std::string_view reason, TimePoint not_before, TimePoint now);
    void end_growth();

    // Messages: worker_messages.cpp.
    void on_data(Link& link, const Message& message, std::string_view frame, TimePoint now);
    void on_skipped(Link& link, ErrorCode why, std::size_t bytes, TimePoint now);
    void forward(Link& link, std::string_view id, std::string_view frame, TimePoint received_at);
    void release(Link& link);
    static void hand_over_held(Link& from, Link& to);
    [[nodiscard]] bool must_hold(const Link& link) const;
    [[nodiscard]] TimePoint hold_deadline(const Link& link) const;
    [[nodiscard]] TimePoint leave_limit(const Link& link) const;
    [[nodiscard]] TimePoint leave_deadline(const Link& link) const;

    [[nodiscard]] Link* find(SessionKey key);
    [[nodiscard]] const Link* find(SessionKey key) const;
    [[nodiscard]] Link* find(const std::optional<SessionKey>& key);
    template <class What>
    void act(What what) {
        actions_.emplace_back(std::in_place_type<What>, std::move(what));
    }
    [[nodiscard]] bool is_moving() const;
    void settle(TimePoint now);

    WorkerOptions options_;
    FrameSink& sink_;
    Log log_;
    Random random_;
    HelixClient helix_;
    DedupeWindow dedupe_;
    TimePoint dedupe_at_ = TimePoint::min();
    Redial redial_;
    ConduitSearch search_;

    WorkerState state_ = WorkerState::preparing;
    TimePoint started_at_{};
    TimePoint begin_at_ = never;  // behind others that may have died with the process before
    std::string conduit_id_;
    bool has_claimed_ = false;       // once true, only an order ends the process
    bool is_token_refused_ = false;  // after the first claim: degraded
    bool is_claim_refused_ = false;  // likewise

    std::optional<CallId> search_call_;
    TimePoint search_began_at_{};
    MissingConduit missing_conduit_;
    bool is_recreating_ = false;       // the search is for one in the place of one that is gone
    bool is_another_conduit_ = false;  // it was found, and nothing of it has been claimed yet
    std::optional<Gap> gone_gap_;      // since the one that is gone
    bool is_host_lock_asked_ = false;
    bool is_token_cache_lock_asked_ = false;
    // Of the conduit's shards those that this worker made: bound to its session with the first
    // claim, and to nobody's from then on but by others. Not the worker's own ones.
    ShardSet fresh_shards_;
    std::optional<Unserved> grown_;  // of a conduit that was grown at the start: not bound yet
    TimePoint growing_at_ = never;   // the first call for it
    TimePoint token_retry_at_ = never;
    bool is_reading_credentials_ = false;
    TimePoint waiting_dial_at_ = never;  // it waits for a token

    std::map<SessionKey, Link> links_;
    SessionKey next_key_ = 1;
    std::optional<SessionKey> bound_;
    std::optional<SessionKey> successor_;  // the session that is to take over
    TimePoint redial_at_ = never;

    std::optional<OrderedMove> move_;
    std::optional<ClaimUnderWay> claim_;
    RefusedClaims refused_claims_;
    std::map<RequestId, AbandonedClaim> stragglers_;  // not answered yet

    std::optional<LookUnderWay> look_;
    std::string home_page_;  // the cursor of the page that had the shard; empty: the first, or none
    LookPlan look_plan_;
    Binding binding_;
    std::string astray_at_;  // a session that is read and has the shard, which is claimed back
    ClaimCheck claim_check_;
    ShardSet yielded_unlisted_;  // given up, and the whole listing has not been read since
    ShardSet counted_back_;      // of these, by the latest listing: counted as claimed back

    std::optional<SurveyUnderWay> survey_;
    TimePoint survey_at_ = never;
    TimePoint points_told_at_ = TimePoint::min();  // how many are left, by an answer of Helix
    Backoff survey_backoff_;
    LookAllowance look_allowance_;
    QuietWatch quiet_watch_;
    TimePoint next_doubt_at_ = TimePoint::min();
    Duration look_pace_ = look_period_min;  // that of all workers together, by the latest listing
    bool is_survey_failing_ = false;
    bool is_look_postponed_ = false;  // for want of points, and told
    bool is_superseded_ = false;      // by a look; the whole listing has not told by whom yet
    bool is_background_off_ = false;

    std::optional<Adoption> adoption_;
    NeverBound never_bound_;
    TimePoint listed_before_{};   // the listing before the latest
    TimePoint listed_at_{};       // the latest
    std::size_t fleet_size_ = 1;  // sessions in it
    std::optional<std::size_t> shards_listed_;
    std::optional<std::size_t> shards_unserved_;
    bool is_alarm_told_ = false;  // that others' shards are unserved
    std::size_t listed_pages_ = 1;

    std::optional<SubscriptionsUnderWay> subscriptions_;
    TimePoint subscriptions_at_ = never;  // again
    TimePoint subscriptions_checked_at_ = TimePoint::min();
    bool is_hint_due_ = false;               // by this worker, once
    bool is_subscription_doubtful_ = false;  // to be checked whoever has the first shard
    Backoff subscriptions_backoff_{std::chrono::seconds(1), std::chrono::minutes(1)};
    bool is_conduit_created_ = false;  // by this process

    ShardSet home_;                   // what this worker claims for itself
    ShardSet never_had_;              // of it: refused to this process so far
    ShardSet guests_;                 // to be claimed for the bound session
    std::optional<Gap> guests_lost_;  // nobody has read them since
    ShardSet kept_;                   // guests that are at our sessions, by the latest listing
    ShardSet carried_;                // where there is no home: all that is at our sessions
    TimePoint claimed_at_{};          // the latest claim was sent, or answered
    bool is_standing_by_ = false;
    TimePoint looked_at_ = TimePoint::min();  // while standing by: the latest listing
    std::optional<TimePoint> served_at_;      // that of the latest in which nothing was to be had
    bool is_told_full_ = false;
    std::string held_by_;     // the session that has taken a shard of ours
    std::string yielded_to_;  // the latest to which one was given up: no host to us
    std::map<std::uint32_t, Yielded> yielded_;      // by shard: to which it was given up last
    std::optional<GivenUp> given_up_;               // the latest
    TimePoint contest_ends_at_ = TimePoint::min();  // of our start; then what is taken is theirs
    ShardSet claimed_once_more_;                    // of that contest
    std::vector<std::string> contenders_;           // the sessions that had those
    unsigned claims_back_ = 0;
    TimePoint claims_back_from_ = TimePoint::min();

    std::optional<Choice> choice_;  // until a claim for it is accepted
    std::optional<ChoiceCheck> choice_check_;
    bool is_choice_checked_ = false;  // just now, however long that took
    std::optional<Growth> growth_;
    TimePoint growth_at_ = TimePoint::min();  // not before: Twitch has refused, or not answered
    Backoff growth_backoff_{std::chrono::seconds(1), std::chrono::minutes(10)};
    TimePoint home_listed_at_ = never;         // what is being claimed was chosen, until it is ours
    std::optional<TimePoint> unserved_since_;  // nobody has read what is being claimed
    std::optional<Unserved> unserved_unread_;  // that of a choice that was dropped unread

    std::optional<LostSession> lost_;
    // The last time in which the process did not run.
    TimePoint slept_since_ = TimePoint::min();
    TimePoint awake_at_ = TimePoint::min();
    std::vector<LostDial> lost_dials_;  // the earliest first
    static constexpr std::size_t lost_dials_max = 32;
    std::uint32_t urls_followed_ = 0;
    std::optional<Parking> parking_;
    bool is_parked_unread_ = false;  // by a process before this one: the listing tells who has them
    std::optional<TimePoint> parked_at_;  // another worker has had the shards since
    ShardSet served_;                     // at the order to stop
    // Of then, a few and one a session: until when, a listing or the end tells.
    std::vector<Gap> untold_;
    std::optional<Gap> doubt_before_;  // likewise; it began before this process
    std::optional<Offer> offer_;       // while it offers what it has
    bool is_holder_asked_ = false;     // by a worker that takes over, before its first claim
    bool is_holder_ready_ = false;
    TimePoint stop_by_ = never;
    bool is_cut_short_ = false;  // sessions were given up for the stop's sake
    ExitCode leave_code_ = ExitCode::drained;
    std::string leave_reason_;
    std::deque<Action> actions_;

    std::uint64_t forwarded_ = 0;
    std::uint64_t duplicates_ = 0;
    std::uint64_t reconnects_ = 0;
    std::uint64_t losses_ = 0;
    std::uint64_t handovers_ = 0;
    std::uint64_t claims_ = 0;
    std::uint64_t claims_failed_ = 0;
    std::uint64_t read_old_ = 0;
    std::uint64_t read_new_ = 0;
    std::uint64_t gaps_ = 0;
    Duration gap_total_{};
    std::uint64_t frames_skipped_ = 0;
    static constexpr std::size_t told_gaps_max = 8;
    std::deque<Gap> told_gaps_;  // the latest last
    std::optional<HandoverReport> last_handover_;
};

}  // namespace conduitd
