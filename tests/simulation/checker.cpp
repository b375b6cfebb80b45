#include "checker.hpp"

#include "frame_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace simulation {
namespace {

std::uint64_t to_number(std::string_view text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

void Checker::on_start(ProcessId process, unsigned worker) {
    worker_of_.resize(std::max<std::size_t>(worker_of_.size(), process + 1));
    worker_of_[process] = worker;
}

CopyId Checker::on_written(const Connection& connection, std::string_view frame) {
    const auto id = message_id_of(frame);
    const auto next = static_cast<MessageIndex>(messages_.size());
    const auto [entry, is_new] = by_id_.try_emplace(key_of(id), next);
    if (is_new) {
        // Channels matter in planned runs only.
        const auto channel = run_class_ == RunClass::planned ? to_number(channel_of(frame)) : 0;
        messages_.push_back({channel, std::string(id.substr(0, 8)), {}});
        ids_.emplace_back(id);
        written_at_.push_back(queue_.now());
    }
    copies_.push_back({entry->second, connection.id, connection.process,
                       ++at(written_, connection.id), queue_.now()});
    ++open_copies_;
    return static_cast<CopyId>(copies_.size() - 1);
}

bool Checker::knows(std::string_view frame) const {
    return by_id_.contains(key_of(message_id_of(frame)));
}

std::span<const std::string> Checker::latest_ids() {
    while (first_latest_ < ids_.size() && written_at_[first_latest_] + repeats_for < queue_.now()) {
        ++first_latest_;
    }
    return std::span(ids_).subspan(first_latest_);
}

void Checker::on_read(CopyId id) {
    --open_copies_;
    const Copy& copy = copies_[id];
    ++count_for(copy.process).read;
    Message& message = messages_[copy.message];
    if (View* const view = find_view(message, copy.process)) {
        ++view->copies_read;
        return;
    }
    const bool is_repeated = was_forwarded_before(message, copy.process);
    message.views.push_back(
        {copy.process, copy.connection, copy.position, 1, is_repeated, queue_.now()});
    if (!is_repeated) waiting_.push_back({queue_.now(), copy.message, copy.process});
}

void Checker::on_lost(CopyId id, const Connection& connection) {
    copies_[id].is_behind_welcome = connection.is_welcomed;
    on_lost(id, connection.fault);
}

void Checker::on_lost(CopyId id, std::string_view fault) {
    --open_copies_;
    ++lost_;
    const Copy& copy = copies_[id];
    trace_.add("network", "message {} on c{} is lost: {}", messages_[copy.message].id_start,
               copy.connection, fault);
    if (run_class_ == RunClass::planned)
        fail(fmt::format("message lost in a planned run: {}", fault));
}

void Checker::on_not_read(CopyId id, const Connection& connection) {
    Copy& copy = copies_[id];
    copy.is_behind_welcome = connection.is_welcomed;
    Message& message = messages_[copy.message];
    if (connection.near_end == NearEnd::process) {
        on_lost(id, "the process is gone");
        return;
    }
    if (!connection.fault.empty()) {
        on_lost(id, connection.fault);
        return;
    }
    if (connection.near_end == NearEnd::worker && hurried_.contains(copy.process)) {
        on_lost(id, "told to stop at once");
        return;
    }
    // Its time limits, and that of a stop, are for connections that are not as slow as that.
    const bool is_timeout = connection.near_end == NearEnd::timeout;
    const bool is_cut_short =
        connection.near_end == NearEnd::worker && stopping_.contains(copy.process);
    if ((is_timeout || is_cut_short) && connection.slow_until > queue_.now()) {
        on_lost(id, "slow");
        return;
    }
    --open_copies_;
    // The worker has another copy.
    if (find_view(message, copy.process) != nullptr) return;
    fail(
        fmt::format("process p{} gave up c{} ({}), which no fault disturbed, before it had read "
                    "message {}",
                    copy.process, copy.connection,
                    is_timeout ? "close frame not answered" : "aborted", message.id_start));
}

void Checker::on_forwarded(ProcessId process, std::string_view frame) {
    const auto id = message_id_of(frame);
    const auto found = by_id_.find(key_of(id));
    if (found == by_id_.end()) {
        fail(fmt::format("p{} forwarded a message that Twitch never wrote: {}", process, id));
        return;
    }
    Message& message = messages_[found->second];
    View* const view = find_view(message, process);
    if (view == nullptr) {
        fail(fmt::format("p{} forwarded message {} without having read it", process,
                         message.id_start));
        return;
    }
    if (view->is_forwarded) {
        fail(fmt::format("p{} forwarded message {} twice", process, message.id_start));
        return;
    }
    view->is_forwarded = true;
    ++count_for(process).forwarded;
    if (run_class_ == RunClass::planned && queue_.now() - view->read_at > planned_forward_limit) {
        fail(fmt::format("p{} held message {} back for {} ms in a planned run", process,
                         message.id_start,
                         (queue_.now() - view->read_at) / std::chrono::milliseconds(1)));
    }
    trace_.add("consumer", "p{} message {} (c{} #{})", process, message.id_start, view->connection,
               view->position);
    check_order(message, found->second, *view);
}

// With several copies read, each of them may have been the one that was forwarded.
void Checker::check_order(const Message& message, MessageIndex index, const View& view) {
    if (view.copies_read > 1) return;
    auto& position = at(forwarded_, view.connection);
    if (view.position < position) {
        fail(fmt::format("p{} forwarded message {} (#{} of c{}) after #{} of the same connection",
                         view.process, message.id_start, view.position, view.connection, position));
    }
    position = view.position;
    if (run_class_ != RunClass::planned) return;
    auto& last = last_of_channel_[{view.process, message.channel}];
    if (index < last) {
        fail(fmt::format("p{} forwarded message {} of channel {} after a later one, {}",
                         view.process, message.id_start, message.channel,
                         messages_[last].id_start));
    }
    last = std::max(last, index);
}

void Checker::on_crashed(ProcessId process) {
    ends_[process] = ProcessEnd::crashed;
}

void Checker::on_stopped_in_order(ProcessId process) {
    ends_[process] = ProcessEnd::in_order;
    for (const Waiting& row : waiting_) {
        const View* const view = find_view(messages_[row.message], process);
        if (row.process == process && view != nullptr && !view->is_forwarded) {
            fail(fmt::format("p{} stopped in order without forwarding message {}", process,
                             messages_[row.message].id_start));
        }
    }
}

void Checker::check_limits() {
    for (; !waiting_.empty(); waiting_.pop_front()) {
        const Waiting& row = waiting_.front();
        const View* const view = find_view(messages_[row.message], row.process);
        if (view->is_forwarded || end_of(row.process) == ProcessEnd::crashed) continue;
        if (queue_.now() - row.since < forward_limit) return;
        fail(fmt::format("p{} read message {} on c{} and has not forwarded it within {} s",
                         row.process, messages_[row.message].id_start, view->connection,
                         forward_limit / std::chrono::seconds(1)));
        return;
    }
}

void Checker::check_all() {
    for (const Waiting& row : waiting_) {
        const View* const view = find_view(messages_[row.message], row.process);
        if (view->is_forwarded || end_of(row.process) == ProcessEnd::crashed) continue;
        fail(fmt::format("p{} read message {} on c{} and never forwarded it", row.process,
                         messages_[row.message].id_start, view->connection));
        return;
    }
    if (open_copies_ > 0) fail("messages are on their way at the end of the run");
}

void Checker::fail(std::string what) {
    if (failure_) return;
    trace_.add("checker", "{}", what);
    failure_ = std::move(what);
}

// Connections are numbered from 0 on.
std::uint32_t& Checker::at(PerConnection& numbers, ConnectionId connection) {
    if (numbers.size() <= connection) numbers.resize(connection + 1);
    return numbers[connection];
}

Checker::Counts& Checker::count_for(ProcessId process) {
    if (counts_.size() <= process) counts_.resize(process + 1);
    return counts_[process];
}

Checker::Counts Checker::counts_of(ProcessId process) const {
    return process < counts_.size() ? counts_[process] : Counts{};
}

Checker::View* Checker::find_view(Message& message, ProcessId process) {
    const auto found = std::ranges::find(message.views, process, &View::process);
    return found == message.views.end() ? nullptr : &*found;
}

bool Checker::was_forwarded_before(const Message& message, ProcessId process) const {
    return std::ranges::any_of(message.views, [&](const View& view) {
        return view.is_forwarded && worker_of_[view.process] == worker_of_[process];
    });
}

Checker::ProcessEnd Checker::end_of(ProcessId process) const {
    const auto found = ends_.find(process);
    return found == ends_.end() ? ProcessEnd::none : found->second;
}

}  // namespace simulation
