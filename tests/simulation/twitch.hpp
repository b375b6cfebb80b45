#pragma once

#include "event_queue.hpp"
#include "trace.hpp"
#include "twitch_sim/model/model.hpp"
#include "twitch_sim/model/world.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace simulation {

using twitch_sim::SocketId;

// The model of Twitch at the far end of the network: whatever it is told, its outputs go out at
// once.
class Twitch {
public:
    using OutputHandler = std::function<void(twitch_sim::Output&)>;

    Twitch(twitch_sim::ModelOptions options, EventQueue& queue, Trace& trace)
        : queue_(queue), trace_(trace), model_(std::move(options), queue.now()) {}

    // Called for each output, before the call that produced it returns. Set once, before anything
    // else.
    void set_output_handler(OutputHandler handler) { handler_ = std::move(handler); }

    // Tells the model something: `input` is called with the model and the time.
    template <class Input>
    auto tell(Input input) {
        if constexpr (std::is_void_v<decltype(input(model_, queue_.now()))>) {
            input(model_, queue_.now());
            take_outputs();
        } else {
            auto result = input(model_, queue_.now());
            take_outputs();
            return result;
        }
    }

    // So many events, of the type that is made fastest: workers look into none.
    void emit(unsigned count);

    // A call of somebody who is near: it takes no time. `token` may be empty.
    twitch_sim::HttpAnswer call(std::string method, std::string target, const std::string& token,
                                std::string body);
    // An app access token of the client's.
    [[nodiscard]] std::string make_token();

    // An order of the admin API; a JSON object.
    void order(std::string_view path, std::string body);

    [[nodiscard]] TimePoint deadline() const { return deadline_; }
    void on_deadline();

    [[nodiscard]] const twitch_sim::World& world() const { return model_.world(); }
    [[nodiscard]] const twitch_sim::Model& model() const { return model_; }

private:
    void take_outputs();

    EventQueue& queue_;
    Trace& trace_;
    twitch_sim::Model model_;
    OutputHandler handler_;
    bool is_taking_ = false;
    TimePoint deadline_ = conduitd::never;
};

}  // namespace simulation
