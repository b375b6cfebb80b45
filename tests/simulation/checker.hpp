#pragma once

#include "connection.hpp"
#include "fault_model.hpp"
#include "trace.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace simulation {

// One writing of a message to one connection. A message that Twitch repeats has several.
using CopyId = std::uint32_t;

// Judges what became of messages. It knows what Twitch wrote, what the network did to it, and what
// consumers saw; it knows nothing of a worker's thoughts. Its rules:
//
//  1. What a worker read is forwarded, within `forward_limit`, and before the process ends in good
//     order. A crash excuses what was read and not yet forwarded.
//  2. What was written to a connection that no fault disturbed is read: a worker that gives up a
//     socket with messages on their way to it, or unread in it, has lost them. One that is told to
//     stop a second time may.
//  3. A worker forwards a message once, whatever number of copies it reads on however many
//     sessions, and however often its process is started again.
//  4. Nothing is forwarded that was not read.
//  5. The messages of one connection are forwarded in the order in which Twitch wrote them. In
//     planned runs so are those of a channel, across connections.
class Checker {
public:
    // The longest that a worker may hold a message back: a predecessor that is being left is read
    // for 25 s and has 5 s to end. On a good day it waits for a claim's answer, and until the
    // predecessor has been quiet for a moment.
    static constexpr Duration forward_limit = std::chrono::seconds(35);
    static constexpr Duration planned_forward_limit = std::chrono::seconds(2);

    Checker(RunClass run_class, EventQueue& queue, Trace& trace)
        : run_class_(run_class), queue_(queue), trace_(trace) {
        messages_.reserve(messages_expected);
        copies_.reserve(messages_expected);
        by_id_.reserve(messages_expected);
    }

    void on_start(ProcessId process, unsigned worker);

    // Twitch wrote a notification to a connection.
    CopyId on_written(const Connection& connection, std::string_view frame);

    // Was it written to any?
    [[nodiscard]] bool knows(std::string_view frame) const;

    // What the network did with it: exactly one of these.
    void on_read(CopyId copy);  // the worker is about to be given it
    void on_lost(CopyId copy, const Connection& connection);
    void on_lost(CopyId copy, std::string_view fault);
    void on_not_read(CopyId copy, const Connection& connection);

    // The consumer of a process was given a frame.
    void on_forwarded(ProcessId process, std::string_view frame);

    void on_told_to_stop(ProcessId process) { stopping_.insert(process); }
    void on_told_to_stop_at_once(ProcessId process) { hurried_.insert(process); }
    void on_crashed(ProcessId process);
    void on_stopped_in_order(ProcessId process);

    // Now and then: rule 1's limit.
    void check_limits();
    // At the end: nothing is on its way any more.
    void check_all();

    // At the end: calls `take(process, at, id_start, is_behind_welcome)` for each message that was
    // written to a connection of the process and that no process has read. The last is false where
    // the connection's welcome was not read either.
    template <class Take>
    void for_each_missing(Take take) const {
        for (const Copy& copy : copies_) {
            const Message& message = messages_[copy.message];
            if (!message.views.empty()) continue;
            take(copy.process, copy.written_at, message.id_start, copy.is_behind_welcome);
        }
    }

    // Somebody else's finding. Only the first one counts.
    void fail(std::string what);
    [[nodiscard]] const std::optional<std::string>& failure() const { return failure_; }

    // What the process has read and forwarded.
    struct Counts {
        std::uint64_t read = 0;
        std::uint64_t forwarded = 0;
    };
    [[nodiscard]] Counts counts_of(ProcessId process) const;

    [[nodiscard]] std::uint64_t messages() const { return messages_.size(); }
    [[nodiscard]] std::uint64_t lost() const { return lost_; }
    // The ids of the messages that are not older than `repeats_for`, for a repetition; the oldest
    // first.
    [[nodiscard]] std::span<const std::string> latest_ids();
    static constexpr Duration repeats_for = std::chrono::seconds(590);

private:
    static constexpr std::size_t messages_expected = 640;
    using MessageIndex = std::uint32_t;
    struct Copy {
        MessageIndex message;
        ConnectionId connection;
        ProcessId process;
        std::uint32_t position;  // within the connection, from 1
        TimePoint written_at;
        bool is_behind_welcome = true;  // false: lost on a connection whose welcome was not read
    };
    // What a process has to do with a message.
    struct View {
        ProcessId process;
        ConnectionId connection;  // of the first copy read
        std::uint32_t position;
        std::uint32_t copies_read;
        bool is_forwarded;
        TimePoint read_at;
    };
    struct Message {
        std::uint64_t channel;
        std::string id_start;                           // for people
        boost::container::small_vector<View, 1> views;  // mostly of one process
    };
    struct Waiting {
        TimePoint since;
        MessageIndex message;
        ProcessId process;
    };
    enum class ProcessEnd : std::uint8_t { none, crashed, in_order };

    using PerConnection = std::vector<std::uint32_t>;
    static std::uint32_t& at(PerConnection& numbers, ConnectionId connection);
    View* find_view(Message& message, ProcessId process);
    [[nodiscard]] bool was_forwarded_before(const Message& message, ProcessId process) const;
    void check_order(const Message& message, MessageIndex index, const View& view);
    Counts& count_for(ProcessId process);
    [[nodiscard]] ProcessEnd end_of(ProcessId process) const;

    RunClass run_class_;
    std::vector<unsigned> worker_of_;  // by process
    EventQueue& queue_;
    Trace& trace_;
    std::vector<Message> messages_;
    std::vector<Copy> copies_;
    boost::unordered_flat_map<std::uint64_t, MessageIndex> by_id_;
    PerConnection written_;    // how many messages
    PerConnection forwarded_;  // position of the last
    std::map<std::pair<ProcessId, std::uint64_t>, MessageIndex> last_of_channel_;
    std::deque<Waiting> waiting_;
    std::map<ProcessId, ProcessEnd> ends_;
    std::set<ProcessId> stopping_;
    std::set<ProcessId> hurried_;  // told so twice
    std::vector<Counts> counts_;   // by process
    std::uint64_t open_copies_ = 0;
    std::uint64_t lost_ = 0;
    std::vector<std::string> ids_;       // of messages_
    std::vector<TimePoint> written_at_;  // likewise
    std::size_t first_latest_ = 0;
    std::optional<std::string> failure_;
};

}  // namespace simulation
