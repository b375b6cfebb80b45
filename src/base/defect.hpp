#pragma once

#include <array>
#include <optional>
#include <string_view>

// Classic bugs of a shard worker, to be planted where the right behaviour stands, so that the
// simulation can show that it finds them. They exist in the simulation's own build of the code
// only: elsewhere is_planted() is false when the code is compiled, and nothing of them is left.
namespace conduitd {

enum class Defect {
    none,
    close_before_welcome,
    drop_after_welcome,
    no_claim_on_new_id,
    late_session_claimed,
    create_repeated,
    dedupe_forgotten,
    plan_b_late,
    entry_errors_overlooked,
    backoff_reset_on_welcome,
    watchdog_off,
    straggler_trusted,
    held_forgotten,
    gap_untold,
    gap_begins_late,
    stop_gap_untold,
    gap_begins_early,
    yielded_for_good,
    refusal_ends_process,
    early_order_dropped,
    second_order_ignored,
    late_session_aborted,
    old_end_overlooked,
    refusal_waited_out,
    silence_untold,
    give_way_closes,
    hanging_dial_awaited,
    shard_not_reclaimed,
    claim_not_repeated,
    dedupe_window_short,
    order_not_kept,
    look_ignored,
    token_kept,
    backoff_reset_on_binding,
    token_replaced_at_once,
    dialled_without_token,
    cut_stop_as_drained,
    carried_gap_told,
    refused_straggler_doubted,
    moments_not_paced,
    creation_unsettled,
    foreign_conduit_deleted,
    bound_conduit_deleted,
    growth_repeated,
    greatest_id_kept,
    served_url_doubted,
    old_messages_no_proof,
    shared_token_overlooked,
    successor_taken_for_host,
    host_taken_for_successor,
    claimed_unread,
    guest_forgotten,
    guest_stolen_back,
    mutual_parking,
    moved_session_dropped,
    gone_shard_claimed,
    grown_before_dial,
};

struct DefectRow {
    Defect defect;
    std::string_view name;
    std::string_view what;
};

inline constexpr std::array defects = {
    DefectRow{Defect::close_before_welcome, "close-before-welcome",
              "told to move, the old session is closed at once"},
    DefectRow{Defect::drop_after_welcome, "drop-after-welcome",
              "what the old session brings after the new one's welcome is thrown away"},
    DefectRow{Defect::no_claim_on_new_id, "no-claim-on-new-id",
              "a reconnect that brings another session id is taken for bound"},
    DefectRow{Defect::late_session_claimed, "late-session-claimed",
              "the session at the reconnect URL is claimed although plan B's is"},
    DefectRow{Defect::create_repeated, "create-repeated",
              "an unanswered creation of a conduit is sent again"},
    DefectRow{Defect::dedupe_forgotten, "dedupe-forgotten", "a handover empties the dedupe window"},
    DefectRow{Defect::plan_b_late, "plan-b-late", "plan B begins after 35 s"},
    DefectRow{Defect::entry_errors_overlooked, "entry-errors-overlooked",
              "every 202 is taken for an accepted claim"},
    DefectRow{Defect::backoff_reset_on_welcome, "backoff-reset-on-welcome",
              "a session that lived for a moment makes the next loss a first one"},
    DefectRow{Defect::watchdog_off, "watchdog-off", "silence is not noticed"},
    DefectRow{Defect::straggler_trusted, "straggler-trusted",
              "the shard is not read back after a claim"},
    DefectRow{Defect::held_forgotten, "held-forgotten",
              "what a session held back goes with it when it ends"},
    DefectRow{Defect::gap_untold, "gap-untold",
              "a silence that ends with another session is not told as a gap"},
    DefectRow{Defect::gap_begins_late, "gap-begins-late",
              "a gap is told from the end of its session, not from the last message"},
    DefectRow{Defect::gap_begins_early, "gap-begins-early",
              "a gap is told from when its session was bound, not from the last message"},
    DefectRow{Defect::stop_gap_untold, "stop-gap-untold",
              "what a stop did not read, for its session was cut off, is not told as a gap"},
    DefectRow{Defect::yielded_for_good, "yielded-for-good",
              "a shard that somebody else has is not looked up again"},
    DefectRow{Defect::refusal_ends_process, "refusal-ends-process",
              "refused credentials end a process that has claimed its shard"},
    DefectRow{Defect::early_order_dropped, "early-order-dropped",
              "an order to move that comes before the answer to the claim is forgotten"},
    DefectRow{Defect::second_order_ignored, "second-order-ignored",
              "a newer reconnect URL is not followed while nothing answers at the first"},
    DefectRow{Defect::late_session_aborted, "late-session-aborted",
              "the session at the reconnect URL is given up unread when plan B's has the shard"},
    DefectRow{Defect::old_end_overlooked, "old-end-overlooked",
              "told to move, a session that ends brings plan B no sooner"},
    DefectRow{Defect::refusal_waited_out, "refusal-waited-out",
              "a refused reconnect URL brings plan B no sooner"},
    DefectRow{Defect::silence_untold, "silence-untold",
              "a silence is told as a gap only when its session is cut off"},
    DefectRow{Defect::give_way_closes, "give-way-closes",
              "a session whose claim may have taken effect is closed when it is given up"},
    DefectRow{Defect::hanging_dial_awaited, "hanging-dial-awaited",
              "plan B waits for a dial of the reconnect URL that hangs"},
    DefectRow{Defect::shard_not_reclaimed, "shard-not-reclaimed",
              "a replacement may have taken the shard along, and it is not claimed back"},
    DefectRow{Defect::claim_not_repeated, "claim-not-repeated",
              "a claim that failed is not repeated within its window"},
    DefectRow{Defect::dedupe_window_short, "dedupe-window-short",
              "the dedupe window lasts for four minutes"},
    DefectRow{Defect::order_not_kept, "order-not-kept",
              "what a new session brings does not wait for the old one"},
    DefectRow{Defect::look_ignored, "look-ignored",
              "whatever the listing says, the shard is taken for bound"},
    DefectRow{Defect::token_kept, "token-kept",
              "a token that Helix refuses with 401 is not replaced"},
    DefectRow{Defect::backoff_reset_on_binding, "backoff-reset-on-binding",
              "a session that had the shard for a moment makes the backoff of dials begin anew"},
    DefectRow{Defect::token_replaced_at_once, "token-replaced-at-once",
              "the pauses between tokens that Helix refuses one after the other are left out"},
    DefectRow{Defect::dialled_without_token, "dialled-without-token",
              "sessions are dialled while there is no token to claim them with"},
    DefectRow{Defect::cut_stop_as_drained, "cut-stop-as-drained",
              "a stop that gave sessions up says that it has drained"},
    DefectRow{Defect::carried_gap_told, "carried-gap-told",
              "the end of a session that a reconnect has carried on is told as a gap"},
    DefectRow{Defect::refused_straggler_doubted, "refused-straggler-doubted",
              "a claim whose session has ended is feared to take effect although it was refused"},
    DefectRow{Defect::moments_not_paced, "moments-not-paced",
              "sessions that are lost right behind their claims are replaced at once, a hundred"},
    DefectRow{Defect::creation_unsettled, "creation-unsettled",
              "a created conduit is taken before those that others create are listed"},
    DefectRow{Defect::foreign_conduit_deleted, "foreign-conduit-deleted",
              "who created the conduit that stays deletes one that another has created"},
    DefectRow{Defect::bound_conduit_deleted, "bound-conduit-deleted",
              "a created conduit that has lost is deleted though somebody uses it"},
    DefectRow{Defect::growth_repeated, "growth-repeated",
              "a count of shards is sent again without a fresh listing"},
    DefectRow{Defect::greatest_id_kept, "greatest-id-kept",
              "of several conduits created at once the one with the greatest id stays"},
    DefectRow{Defect::served_url_doubted, "served-url-doubted",
              "a dial that failed is feared to have moved the session that a later one brings on"},
    DefectRow{Defect::old_messages_no_proof, "old-messages-no-proof",
              "what a session may have lost that did not move is told from the dial on"},
    DefectRow{Defect::shared_token_overlooked, "shared-token-overlooked",
              "a token is asked for though another worker of the host has stored one"},
    DefectRow{Defect::successor_taken_for_host, "successor-taken-for-host",
              "a shard is claimed back from whoever has claimed it since"},
    DefectRow{Defect::host_taken_for_successor, "host-taken-for-successor",
              "a shard that a host has kept is not claimed back"},
    DefectRow{Defect::claimed_unread, "claimed-unread",
              "a shard is claimed again for another session without reading who has it"},
    DefectRow{Defect::guest_forgotten, "guest-forgotten",
              "guests stay behind when their session is left"},
    DefectRow{Defect::guest_stolen_back, "guest-stolen-back",
              "a host claims a guest back from whoever has come for it"},
    DefectRow{Defect::mutual_parking, "mutual-parking",
              "at a stop it is not looked whether those are leaving too who were left shards"},
    DefectRow{Defect::moved_session_dropped, "moved-session-dropped",
              "where a smaller conduit has no home shard any more, the session is closed unread"},
    DefectRow{Defect::gone_shard_claimed, "gone-shard-claimed",
              "a shard that the conduit has no more is kept for one's own"},
    DefectRow{Defect::grown_before_dial, "grown-before-dial",
              "a shard is made before there is a session for it"},
};

[[nodiscard]] constexpr std::optional<Defect> find_defect(std::string_view name) {
    for (const auto& row : defects) {
        if (row.name == name) return row.defect;
    }
    return std::nullopt;
}

[[nodiscard]] constexpr std::string_view name_of(Defect defect) {
    for (const auto& row : defects) {
        if (row.defect == defect) return row.name;
    }
    return "none";
}

#ifdef CONDUITD_DEFECTS

// Of this thread; one at a time.
inline thread_local Defect planted_defect = Defect::none;

inline void plant(Defect defect) {
    planted_defect = defect;
}
[[nodiscard]] inline bool is_planted(Defect defect) {
    return planted_defect == defect;
}

#else

[[nodiscard]] constexpr bool is_planted(Defect) {
    return false;
}

#endif

}  // namespace conduitd
