#include "roaming_gaps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace simulation {

TimePoint& RoamingGaps::served_at(std::uint32_t shard) {
    if (served_at_.size() <= shard) served_at_.resize(shard + 1, TimePoint::min());
    return served_at_[shard];
}

void RoamingGaps::watch() {
    if (served_at_.size() > places_.count()) served_at_.resize(places_.count());
    for (std::uint32_t shard = 0; shard < places_.count(); ++shard) {
        if (places_.find(shard).is_enabled) served_at(shard) = queue_.now();
    }
}

void RoamingGaps::on_dropped() {
    Missing missing{queue_.now(), {}, "Twitch dropped a message"};
    for (std::uint32_t shard = 0; shard < places_.count(); ++shard) {
        const auto place = places_.find(shard);
        if (place.is_enabled) continue;
        if (served_at(shard) == TimePoint::min()) return;
        missing.shards.push_back(shard);
    }
    missing_.push_back(std::move(missing));
}

void RoamingGaps::on_operator() {
    std::erase_if(missing_, [&](const Missing& missing) {
        return std::ranges::any_of(missing.shards, [&](std::uint32_t shard) {
            return shard >= places_.count() || !places_.find(shard).is_enabled;
        });
    });
}

void RoamingGaps::on_end_of_worker(TimePoint unread_since) {
    ends_.push_back({unread_since - death_limit, queue_.now() + death_limit});
}

void RoamingGaps::on_start(const conduitd::ShardSet& shards) {
    if (!shards.empty()) starts_.push_back({queue_.now(), shards});
}

// Its search for the conduit, and a dial, come before the claim.
bool RoamingGaps::is_taken_blindly(std::uint32_t shard, TimePoint since) const {
    return std::ranges::any_of(starts_, [&](const Start& start) {
        return start.shards.contains(shard) && start.at + start_limit > since;
    });
}

void RoamingGaps::on_gap(const conduitd::Gap& gap) {
    const auto until = gap.until ? *gap.until + slack + overlap_ : conduitd::never;
    told_.push_back({gap.since - slack, until});
}

void RoamingGaps::on_unread(TimePoint at, std::string what) {
    missing_.push_back({at, {}, std::move(what)});
}

bool RoamingGaps::is_told(TimePoint at) const {
    return std::ranges::any_of(
        told_, [&](const Span& span) { return span.from <= at && at <= span.until; });
}

bool RoamingGaps::is_excused(const Missing& missing) const {
    const bool is_of_end = std::ranges::any_of(
        ends_, [&](const Span& end) { return end.from <= missing.at && missing.at <= end.until; });
    return is_of_end || std::ranges::any_of(missing.shards, [&](std::uint32_t shard) {
               return shard >= places_.count() || shard >= served_at_.size() ||
                      served_at_[shard] <= missing.at || is_taken_blindly(shard, missing.at);
           });
}

void RoamingGaps::check_end(TimePoint begins, Checker& checker) const {
    for (const Missing& missing : missing_) {
        if (is_told(missing.at) || is_excused(missing)) continue;
        return checker.fail(
            fmt::format("{} at {:.6f} s, and no gap was told", missing.what,
                        std::chrono::duration<double>(missing.at - begins).count()));
    }
}

}  // namespace simulation
