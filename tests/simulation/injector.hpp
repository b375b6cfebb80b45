#pragma once

#include "checker.hpp"
#include "dice.hpp"
#include "event_queue.hpp"
#include "fleet.hpp"
#include "http_network.hpp"
#include "plan.hpp"
#include "socket_network.hpp"
#include "strangers.hpp"
#include "totals.hpp"
#include "trace.hpp"
#include "twitch.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace simulation {

// Carries out the faults of a plan; draws what the plan leaves open.
class Injector {
public:
    struct Parts {
        const Plan& plan;
        EventQueue& queue;
        Trace& trace;
        Twitch& twitch;
        Checker& checker;
        GapJudge& gap_judge;
        SocketNetwork& sockets;
        HttpNetwork& http;
        Strangers& strangers;
        Fleet& fleet;
        Totals& totals;
    };
    Injector(Parts parts, std::uint64_t seed) : parts_(parts), dice_(seed) {}

    void inject(const Fault& fault);

    // Trouble for the very first calls, before anything is bound.
    void disturb_start();

    // Twitch sends one of its latest messages again.
    void repeat_message();

    // A claim of the process was accepted, and it is about to be told so.
    void on_claimed(ProcessId process);

    // Whatever lasts ends now.
    void end_faults();

private:
    void bring_stranger(unsigned worker);
    void order(FaultKind kind, unsigned worker);
    void delay_move(unsigned worker);
    void lose_move(unsigned worker);
    void cut(Connection& connection);
    void cut_behind_claims(unsigned worker);
    // `session` as session_of() answers it.
    void close(const std::string& session, int code);
    void close_behind_move(const std::string& session, int code, TimePoint until);
    void watch_silences(unsigned worker);
    void disturb_process(FaultKind kind, unsigned worker);
    void disturb_network(FaultKind kind, unsigned worker);
    void disturb_twitch(FaultKind kind);
    void disturb_helix(unsigned worker);
    void refuse_credentials(TimePoint end);
    void delay_claim(unsigned worker, TimePoint end);
    void lose_claim(unsigned worker);
    void trouble_calls(HelixTrouble what, const char* path, unsigned count, TimePoint until);

    // A session of the worker that is connected, as a JSON string; nullopt for none.
    [[nodiscard]] std::optional<std::string> session_of(unsigned worker);
    [[nodiscard]] TimePoint until(Duration length) const;

    Parts parts_;
    unsigned hosts_ = 0;  // have come
    Dice dice_;
    // Each session of this worker is reset right behind its claim, until then.
    unsigned cut_worker_ = 0;
    TimePoint cut_until_ = TimePoint::min();
};

}  // namespace simulation
