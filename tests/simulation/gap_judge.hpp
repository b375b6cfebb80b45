#pragma once

#include "base/time.hpp"
#include "worker/gap.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

using conduitd::Duration;
using conduitd::TimePoint;

// Judges whether workers tell what is missing. It knows what no consumer got, and when Twitch had
// it; and the gaps that consumers were told of. Its rules:
//
//  1. What is missing lies in a gap that the worker of its shard reported, in whatever process.
//     The time in which no process of the worker ran, or had claimed its shard yet, is told by the
//     next one that has it; excused is that before the first and behind the last. So is before a
//     crash what a process may have been about to report. While the network is slow a gap may begin
//     later by as much: what arrives late looks like proof that a session was alive when it was
//     gone already. For the same reason what is lost on a connection at a reconnect URL whose
//     welcome was not read is excused, while the network is slow or shortly before the shard was
//     claimed for another: what comes late on the old session looks like proof that it had not been
//     moved.
//     What a stalled session swallowed is missing as well, if nothing came on it any more until its
//     end, and its worker waited long enough to know.
//     A worker that is told to stop closes its session: from the order on Twitch has nowhere to
//     write. What it wrote all the same, until that close frame or on a connection that is dead,
//     was to be read, or to be told. A gap without an end lasts until the next process has the
//     shard.
//  2. Where nothing can be missing, in a planned run, no gap is reported.
class GapJudge {
public:
    // A gap begins with the last proof that messages arrived, and ends with the next. What was
    // written a little before the one or after the other may still have been on its way, and a
    // nap of a second goes unnoticed.
    static constexpr Duration slack = std::chrono::milliseconds(1500);
    struct Limits {
        // So long Twitch may write to a session that moved on at its old socket, dead or not.
        Duration overlap;
        // So long a session may be dead before its silence is noticed.
        Duration silence;
    };
    GapJudge(std::size_t workers, Limits limits) : limits_(limits), workers_(workers) {}

    // Written: Twitch had a message for the worker's shard at `at`. Unwelcomed: likewise, and wrote
    // it to a connection whose welcome was not read. Dropped: it had one that no
    // shard could take, and the worker's was not enabled. `what` is for people.
    enum class Kind { written, unwelcomed, dropped };
    void on_missing(unsigned worker, Kind kind, TimePoint at, std::string what);
    void on_gap(unsigned worker, const conduitd::Gap& gap, TimePoint now);
    // The session that has its shard was silent from then until its end, and the worker knew.
    void on_silence(unsigned worker, TimePoint from, TimePoint until);
    [[nodiscard]] bool was_silent(unsigned worker, TimePoint at) const;
    [[nodiscard]] Duration silence() const { return limits_.silence; }

    // It last held the shard undisturbed, and ran, at `held_at`. A crash takes the gaps that were
    // not over then, and a silence that had not been noticed.
    void on_crash(unsigned worker, TimePoint held_at, TimePoint now);
    // What it reads when it wakes up counts as read then: a silence may have begun before that.
    void on_suspended(unsigned worker, TimePoint from, TimePoint until);
    // Frames take up to `delay`: what Twitch ended that long before may not be known yet.
    void on_told_to_stop(unsigned worker, TimePoint now, Duration delay);
    void on_end(unsigned worker, TimePoint now);
    void on_ready(unsigned worker, TimePoint now);
    // Somebody else's session has its shard; the worker says so; a claim of its own has put that
    // right. What came before that claim, or before a stop, without the worker's knowing need not
    // be told. (Fleet sees to it that it knows in time.) Nor what it was going to tell when it
    // crashed.
    void on_astray(unsigned worker, TimePoint now);
    // It waits for a shard, without one, or does so no more: what has become of the shard since,
    // and until the next process has it, is not known to a process that ends meanwhile.
    void on_waiting(unsigned worker, bool is_waiting, TimePoint now);
    void on_noticed(unsigned worker) { workers_[worker].is_noticed = true; }
    void on_retaken(unsigned worker, TimePoint now);
    // Twitch closed a session of the worker's, and the close frame took so long that it looks as if
    // it had been sent when another session had taken over.
    static constexpr Duration close_frame_way = std::chrono::seconds(1);
    void on_late_close(unsigned worker, TimePoint sent_at, TimePoint now);
    // The worker's frames take up to `delay` until then.
    void on_slow(unsigned worker, TimePoint now, TimePoint until, Duration delay);

    // At the end: the first thing that is missing and was not told, in words.
    [[nodiscard]] std::optional<std::string> find_untold(TimePoint begins) const;
    [[nodiscard]] bool has_gaps() const;

private:
    struct Missing {
        Kind kind;
        TimePoint at;
        std::string what;
    };
    struct Span {
        TimePoint from;
        TimePoint until;
    };
    struct SlowSpell {
        TimePoint from;
        TimePoint until;
        Duration delay;
    };
    struct Worker {
        std::vector<Missing> missing;
        std::vector<Span> gaps;
        std::vector<Span> open_gaps;  // without an end: until the next process has the shard
        bool has_gap = false;         // that is not about the end of a process
        std::vector<Span> silences;
        std::vector<TimePoint> claims;  // took effect
        std::vector<Span> absences{{TimePoint::min(), conduitd::never}};
        std::vector<Span> stops;  // from the order until the next process has the shard
        std::vector<SlowSpell> slow_spells;
        Span slept{TimePoint::min(), TimePoint::min()};  // the last time
        TimePoint astray_at = conduitd::never;
        bool is_noticed = false;
        TimePoint waiting_since = conduitd::never;
        TimePoint untold_since = conduitd::never;  // had back, and not told yet
        std::vector<Span> unnoticed;
    };
    // How late what is read at `time` may be.
    static Duration delay_at(const Worker& worker, TimePoint time);
    static void end_waiting(Worker& worker);
    static bool is_told(const Worker& worker, const Missing& missing);
    void begin_absence(unsigned worker, TimePoint from);

    Limits limits_;
    std::vector<Worker> workers_;
};

}  // namespace simulation
