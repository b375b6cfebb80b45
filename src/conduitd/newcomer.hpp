#pragma once

#include "base/log.hpp"
#include "conduitd/takeover_words.hpp"
#include "config/config.hpp"
#include "io/asio.hpp"
#include "io/peer_channel.hpp"
#include "worker/takeover_newcomer.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

// What the process that takes over is to do.
struct NewcomerEvents {
    std::function<void(const TakeoverStock&)> start;
    std::function<void(const TakeoverStock&)> claim;
    // The lock is free: takes the spool and opens the sinks, with what the holder gave. False when
    // that cannot be.
    std::function<bool(TakeoverRelease, std::vector<Descriptor>)> take;
    std::function<void()> taken;
    std::function<void(const LateFrame&)> late;
    // Behind `taken`: the service manager is told of us, or nobody is left who would do that.
    std::function<void()> announced;
    // Behind `taken`: it has died, and not all that its sessions brought was handed over.
    std::function<void()> holder_died;
    std::function<void()> all_late;  // all that comes late has come
    std::function<void()> stop;      // in place of the holder, which was told to
    std::function<void(const std::string& why)> failed;
};

// Whether the spool in `dir` could be had, and who has it: a pid, empty where that is not known.
struct LockLook {
    bool is_free = false;
    std::string holder;
};
[[nodiscard]] LockLook look_at_lock(const std::string& dir);

// Asks the process that serves under our name to be taken over.
struct TakeoverRequest {
    Descriptor socket;
    bool has_holder = true;  // false: there is none
    std::string refusal;     // for people; empty with a socket, and without a holder
};
[[nodiscard]] TakeoverRequest ask_holder(const std::string& control_path);
// The same where that process has started us and given us this socket: our settings may lead to
// another control socket than its own.
[[nodiscard]] TakeoverRequest use_socket(Descriptor socket);

// The side of a take-over that is to have everything, at its connection.
class Newcomer {
public:
    // The references outlive the newcomer.
    Newcomer(asio::io_context& context, const Config& config, Descriptor socket, LogSink& log_sink,
             NewcomerEvents events);

    // The worker is about to claim, or has claimed all.
    void on_ready_to_claim();
    void on_all_claimed();
    // The worker has ended, or the process is told to stop. False when it has taken over: then that
    // is like any other.
    [[nodiscard]] bool give_up(const std::string& why);

    [[nodiscard]] bool may_bring_more() const { return is_done() && !is_holder_gone_; }
    [[nodiscard]] std::optional<TimePoint> claimed_at() const { return claimed_at_; }
    [[nodiscard]] bool is_done() const { return machine_.state() == TakeoverNewcomer::State::done; }

private:
    void on_message(PeerChannel::Message message);
    void perform_all();
    void perform(NewcomerAction action);
    void take_lock();
    void on_holder_gone(const std::string& why);
    void arm_timer();
    void say(TakeoverWord word, std::string_view text = {});

    const Config& config_;
    Log log_;
    NewcomerEvents events_;
    TakeoverNewcomer machine_;
    std::unique_ptr<PeerChannel> channel_;
    TakeoverStock stock_;
    TakeoverRelease release_;
    std::vector<Descriptor> descriptors_;
    TimePoint lock_by_ = never;
    std::optional<TimePoint> claimed_at_;
    bool is_holder_gone_ = false;
    bool has_all_late_ = false;
    bool is_performing_ = false;
    Timer timer_;
    Timer lock_timer_;
};

}  // namespace conduitd
