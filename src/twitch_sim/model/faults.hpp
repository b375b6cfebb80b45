#pragma once

#include "twitch_sim/model/model.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twitch_sim {

// The moments of a WebSocket that a fault can be for.
inline constexpr std::string_view tls_moment = "tls";
[[nodiscard]] constexpr std::string_view upgrade_moment(bool is_reconnect) {
    return is_reconnect ? "upgrade/reconnect" : "upgrade/fresh";
}
[[nodiscard]] constexpr std::string_view welcome_moment(bool is_reconnect) {
    return is_reconnect ? "welcome/reconnect" : "welcome/fresh";
}

// What the next calls that match suffer.
struct Fault {
    enum class Drop {
        none,
        before,  // the connection ends and the call has no effect
        after,   // the call takes effect, its answer is never sent
        never,   // no effect, no answer, and the connection stays open
    };
    std::string method;  // empty: any
    // Of a call, or one of the moments of a connection: "tls" when a TLS handshake begins,
    // "upgrade" and "welcome", which "/fresh" or "/reconnect" behind them narrow.
    std::string path;
    std::uint64_t times = 1;
    std::optional<unsigned> status;   // answered instead of an effect
    std::optional<std::string> body;  // with `status`; the error shape of the endpoint when absent
    Duration delay{};
    Drop drop = Drop::none;
};

class Faults {
public:
    // A fault with `times` 0 takes back those of the same method and path.
    void add(Fault fault);

    // The first fault that matches, used up once. A path that is itself an endpoint matches only
    // that; any other matches everything it is a prefix of.
    [[nodiscard]] std::optional<Fault> take(std::string_view method, std::string_view path);

private:
    std::vector<Fault> faults_;
};

}  // namespace twitch_sim
