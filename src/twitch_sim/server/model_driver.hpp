#pragma once

#include "io/asio.hpp"
#include "twitch_sim/model/model.hpp"
#include "twitch_sim/server/virtual_clock.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace twitch_sim {

// What the model can do to a client's WebSocket. None of these calls the driver back before it
// returns.
class ModelSocket {
public:
    virtual ~ModelSocket() = default;
    virtual void send_text(std::string text, WireShape shape) = 0;
    virtual void send_ping(std::string payload) = 0;
    virtual void send_close(std::uint16_t code, std::string_view reason) = 0;
    virtual void reset() = 0;
    virtual void freeze() = 0;

    // Ends a burst of the calls above: writing begins here, so that a burst is one write.
    virtual void flush() = 0;
};

// Gives the model what happened, with the virtual time, hands its outputs to the sockets and calls
// it at its deadlines. Decides nothing.
class ModelDriver {
public:
    // `scale`: how many times as fast as the world the model's time runs.
    ModelDriver(const conduitd::Executor& executor, ModelOptions options, double scale);

    [[nodiscard]] HttpAnswer on_http(const HttpCall& call);

    // Either the answer that refuses the upgrade, or `accept` has made the socket. The socket is
    // kept until on_gone().
    using Accept = std::function<std::shared_ptr<ModelSocket>(SocketId)>;
    [[nodiscard]] std::optional<HttpAnswer> on_upgrade(const UpgradeCall& call,
                                                       const Accept& accept);

    void on_data_frame(SocketId id);
    void on_ping(SocketId id);
    void on_pong(SocketId id, std::string_view payload);
    void on_written(SocketId id, std::size_t texts);
    void on_write_stalled(SocketId id);
    void on_client_close(SocketId id, std::uint16_t code);
    void on_gone(SocketId id);
    void on_lost(SocketId id);  // instead of on_gone(): it ended without FIN

    [[nodiscard]] Model::TlsStart on_tls_start();

    // An order that was checked, `at` after the start of the model's time.
    void schedule(HttpCall order, Duration at);

    [[nodiscard]] const VirtualClock& clock() const { return clock_; }
    [[nodiscard]] conduitd::WallTime wall_now() const {
        return epoch_ + clock_.now().time_since_epoch();
    }
    [[nodiscard]] const Model& model() const { return model_; }

private:
    void drain_outputs();
    void finish_step();
    void arm_timer();
    void on_timer();
    [[nodiscard]] ModelSocket* touch(SocketId id);

    VirtualClock clock_;
    conduitd::WallTime epoch_;
    Model model_;
    conduitd::Timer timer_;
    TimePoint armed_for_ = conduitd::never;
    TimePoint rest_until_{};  // of the world's clock: no deadline is served before
    std::unordered_map<SocketId, std::shared_ptr<ModelSocket>> sockets_;
    std::vector<std::shared_ptr<ModelSocket>> unflushed_;  // have had outputs in this step
};

}  // namespace twitch_sim
