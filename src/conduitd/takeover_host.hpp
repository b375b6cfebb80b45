#pragma once

#include "base/log.hpp"
#include "conduitd/takeover_words.hpp"
#include "config/config.hpp"
#include "io/asio.hpp"
#include "io/peer_channel.hpp"
#include "io/worker_loop.hpp"
#include "worker/actions.hpp"
#include "worker/takeover_holder.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace conduitd {

// What there is to be done to the process that another one takes over from.
struct TakeoverHostEvents {
    std::function<void()> began;
    // The sinks and the spool are ended, and its lock given up.
    using Released = std::pair<TakeoverRelease, std::vector<Descriptor>>;
    std::function<Released()> release;
    // They are had again; false where they cannot be, as while another process has the lock.
    std::function<bool()> retake;
    // It came to nothing. `lost_since`: of Worker::take_back(), which has been called.
    std::function<void(std::optional<TimePoint> lost_since)> stayed;
    // It was told to stop before: see may_stop().
    std::function<void()> stop;
    // What comes goes to the host: the other process, of this pid, has everything, as far as is
    // known here.
    std::function<void(int pid)> left;
};

// The side of a take-over that has everything, at its connection. As a FrameSink it sends what
// comes late to the process that has taken over.
class TakeoverHost final : public FrameSink {
public:
    // The references outlive the host. `loop` answers with the worker's.
    TakeoverHost(asio::io_context& context, const Config& config, std::function<WorkerLoop&()> loop,
                 LogSink& log_sink, TakeoverHostEvents events);

    // Another process asks by this socket, which becomes the host's.
    void take_socket(int fd);
    // Something has happened to the worker.
    void look();
    // The process is told to stop: false when another one is about to have everything. That one
    // stops then, or `stop` is called where it does not get so far.
    [[nodiscard]] bool may_stop();
    // After `left`: the worker has ended. Waits until all that came late is on its way.
    void finish();

    [[nodiscard]] bool is_under_way() const { return !machine_.is_idle(); }
    [[nodiscard]] bool has_left() const {
        return machine_.state() == TakeoverHolder::State::leaving;
    }
    // How the latest came out: pid of the process that has taken over, or why none has.
    using Told = std::function<void(int pid, const std::string& why)>;
    void on_end(Told told) { told_ = std::move(told); }

    void forward(std::string_view frame, const IdDigest& id, TimePoint received_at) override;
    void report_gap(const Gap& gap, TimePoint now) override;

private:
    void on_message(PeerChannel::Message message);
    void on_hello(const std::string& text);
    void refuse(const std::string& why);
    void perform_all();
    void drop_channel();
    void perform(HolderAction action);
    void arm_timer();
    [[nodiscard]] TakeoverStock stock() const;
    void say(TakeoverWord word, std::string_view text = {},
             const std::vector<int>& descriptors = {});
    void tell(int pid, const std::string& why);

    asio::io_context& context_;
    const Config& config_;
    std::function<WorkerLoop&()> loop_;
    Log log_;
    TakeoverHostEvents events_;
    TakeoverHolder machine_;
    std::unique_ptr<PeerChannel> channel_;
    TakeoverGreeting newcomer_;
    TimePoint began_at_{};
    Timer timer_;
    bool is_begun_ = false;  // events_.began() was called, and nothing that ends it
    bool is_performing_ = false;
    bool is_stop_wanted_ = false;
    Told told_;
};

}  // namespace conduitd
