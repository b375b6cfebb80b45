#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The answers of our own HTTP servers, without the sockets: a table of routes, and who is asked
// for what.
namespace conduitd {

// Who is at the other end of a Unix socket, by the kernel's word.
struct Peer {
    std::uint32_t uid = 0;
    std::int32_t pid = 0;  // 0 when it cannot be seen from here (another namespace)
};

struct ServedRequest {
    std::string method;
    std::string target;  // "/status?x=1"
    std::optional<Peer> peer;
};

class LateAnswer;

struct ServedAnswer {
    unsigned status = 200;
    std::string body = {};
    std::string allow = {};  // the header `Allow`, for 405
    // Set: the answer comes by this once it is known, and the rest says nothing.
    std::shared_ptr<LateAnswer> later = {};
    std::string_view content_type = "application/json";  // of a static string
    // Set: the client gets 101, this gets the socket, and the rest says nothing.
    std::function<void(int fd)> take_socket = {};
};

// An answer that its request has to wait for. The server holds it until the answer is given or the
// client has left; the route keeps a weak pointer, so that clients who leave pile up nowhere.
class LateAnswer {
public:
    using Taker = std::function<void(ServedAnswer)>;

    // For the server: whom to call, at once when the answer was given before. Once.
    void on_given(Taker taker) {
        taker_ = std::move(taker);
        if (const auto early = std::exchange(early_, nullptr)) give(std::move(*early));
    }

    // Calls the taker, the first time: the answer is with the system, on its way to the client,
    // when this returns. Before there is a taker the answer waits for it.
    void give(ServedAnswer answer) {
        if (was_given_) return;
        if (!taker_) {
            if (!early_) early_ = std::make_unique<ServedAnswer>(std::move(answer));
            return;
        }
        was_given_ = true;
        std::exchange(taker_, nullptr)(std::move(answer));
    }

private:
    Taker taker_;
    std::unique_ptr<ServedAnswer> early_;
    bool was_given_ = false;
};

// One that is known already, where others have to be waited for.
[[nodiscard]] std::shared_ptr<LateAnswer> give_now(ServedAnswer answer);

struct Route {
    std::string_view method;
    std::string_view path;
    std::function<ServedAnswer(const ServedRequest&)> serve;
};

// Never throws by itself. What no route fits is answered with 404, or with 405 when only the method
// does not.
[[nodiscard]] ServedAnswer serve(const std::vector<Route>& routes, const ServedRequest& request);

// {"error":"…"}
[[nodiscard]] ServedAnswer refuse(unsigned status, std::string_view why);

}  // namespace conduitd
