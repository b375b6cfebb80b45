#include "twitch_sim/model/ledger.hpp"

#include "base/ensure.hpp"
#include "twitch_sim/model/clock.hpp"

#include <fmt/format.h>

#include <iterator>

namespace twitch_sim {

std::string_view name_of(Fate fate) {
    switch (fate) {
        case Fate::queued:
            return "queued";
        case Fate::sent:
            return "sent";
        case Fate::lost:
            return "lost";
        case Fate::dropped:
            return "dropped";
    }
    return "";
}

std::string_view name_of(LossReason reason) {
    switch (reason) {
        case LossReason::none:
            return "";
        case LossReason::socket_ended:
            return "socket ended";
        case LossReason::socket_reset:
            return "socket reset";
        case LossReason::socket_stalled:
            return "socket stalled";
        case LossReason::socket_frozen:
            return "socket frozen";
        case LossReason::no_shard_enabled:
            return "no shard enabled";
    }
    return "";
}

LedgerIndex Ledger::add(const Message& message) {
    if (entries_.size() >= entries_max_) forget_oldest();
    // Mostly the names are those of the message before.
    const Entry* const latest = entries_.empty() ? nullptr : &entries_.back();
    const auto position = [&](std::string_view name, std::uint32_t Entry::*kind) {
        return latest && names_[latest->*kind] == name ? latest->*kind : intern(name);
    };
    entries_.push_back({message.id, position(message.type, &Entry::type),
                        position(message.conduit_id, &Entry::conduit),
                        position(message.session_id, &Entry::session),
                        message.shard_id.value_or(no_shard), message.at, Fate::queued,
                        LossReason::none, message.is_duplicate});
    ++totals_.queued;
    return first_ + entries_.size() - 1;
}

void Ledger::on_queued(LedgerIndex index) {
    if (index >= first_) order_.push_back(index);
}

void Ledger::on_sent(LedgerIndex index) {
    settle(index, Fate::sent, LossReason::none);
}

void Ledger::on_lost(LedgerIndex index, LossReason reason) {
    settle(index, Fate::lost, reason);
}

void Ledger::on_dropped(LedgerIndex index, LossReason reason) {
    settle(index, Fate::dropped, reason);
}

void Ledger::settle(LedgerIndex index, Fate fate, LossReason reason) {
    Entry* const entry = find(index);
    --totals_.queued;
    if (entry && entry->is_duplicate) {
        ++totals_.duplicates;
    } else {
        ++(fate == Fate::sent ? totals_.sent : fate == Fate::lost ? totals_.lost : totals_.dropped);
    }
    if (!entry) return;
    conduitd::ensure(entry->fate == Fate::queued, "a message has one fate");
    entry->fate = fate;
    entry->reason = reason;
}

Ledger::Entry* Ledger::find(LedgerIndex index) {
    return index < first_ ? nullptr : &entries_[index - first_];
}

std::uint32_t Ledger::intern(std::string_view name) {
    const auto found = name_positions_.find(name);
    if (found != name_positions_.end()) return found->second;
    const auto position = static_cast<std::uint32_t>(names_.size());
    names_.emplace_back(name);
    name_positions_.emplace(name, position);
    return position;
}

void Ledger::forget_oldest() {
    entries_.pop_front();
    ++first_;
    ++totals_.forgotten;
    while (!order_.empty() && order_.front() < first_) order_.pop_front();
}

std::string Ledger::sent_ids() const {
    std::string out;
    out.reserve(order_.size() * 45);
    for (const LedgerIndex index : order_) {
        if (index < first_) continue;
        const Entry& entry = entries_[index - first_];
        if (entry.fate == Fate::sent && !entry.is_duplicate) out += to_text(entry.id) + '\n';
    }
    return out;
}

std::string Ledger::to_json() const {
    std::string out = fmt::format(
        R"({{"sent":{},"lost":{},"dropped":{},"queued":{},"duplicates":{},"forgotten":{},"entries":[)",
        totals_.sent, totals_.lost, totals_.dropped, totals_.queued, totals_.duplicates,
        totals_.forgotten);
    const auto separator_at = out.size();
    for (const Entry& entry : entries_) {
        if (out.size() > separator_at) out += ',';
        fmt::format_to(
            std::back_inserter(out),
            R"({{"id":"{}","type":"{}","conduit":"{}","session":"{}","shard":{},)"
            R"("state":"{}","reason":"{}","duplicate":{},"time":"{}"}})",
            to_text(entry.id), names_[entry.type], names_[entry.conduit], names_[entry.session],
            entry.shard == no_shard ? "null" : fmt::format("\"{}\"", entry.shard),
            name_of(entry.fate), name_of(entry.reason), entry.is_duplicate, timestamp(entry.at));
    }
    return out + "]}";
}

}  // namespace twitch_sim
