#include "base/ensure.hpp"
#include "eventsub/message.hpp"
#include "eventsub/session.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

// Frames from outside, one a line: each is read on its own, and all of them, in their order, as the
// messages of one session.
namespace {

using namespace conduitd;

// Reads every byte, so that a view into memory that is not ours is noticed.
std::size_t touch(std::string_view text) {
    std::size_t sum = text.size();
    for (const char c : text) sum += static_cast<unsigned char>(c);
    return sum;
}

void check(const Message& message) {
    volatile std::size_t sum = 0;
    for (const auto view : {message.type_name, message.id, message.timestamp, message.session_id,
                            message.subscription_type, message.reconnect_url}) {
        sum = sum + touch(view);
    }

    ensure(!message.id.empty(), "a message has an id");
    ensure(message.id.size() <= id_bytes_max, "ids are bounded");
    ensure(message.session_id.size() <= id_bytes_max, "session ids are bounded");
    if (message.type == MessageType::session_welcome) {
        ensure(!message.session_id.empty(), "a welcome has a session id");
    }
    if (message.keepalive_timeout) {
        ensure(*message.keepalive_timeout >= std::chrono::seconds(1), "a keepalive timeout lasts");
    }
}

void check(const Session& session, const SessionEvent& event) {
    using Kind = SessionEvent::Kind;
    if (event.kind != Kind::silent) check(event.message);
    if (event.kind == Kind::reconnect_requested) {
        ensure(!session.id().empty(), "no order is followed before the welcome");
    }
    if (event.kind == Kind::welcomed) {
        ensure(session.id() == event.message.session_id, "a session has the id of its welcome");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    TimePoint now{};
    MessageParser parser;
    Session session(SessionOptions{}, now);

    while (!rest.empty()) {
        const auto frame = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), frame.size() + 1));
        now += std::chrono::seconds(frame.size() % 16);

        const auto message = parser.parse(frame);
        if (message) check(*message);

        if (now >= session.deadline()) {
            const auto event = session.on_deadline(now);
            ensure(event.kind == SessionEvent::Kind::silent, "a deadline that passed is said");
            ensure(session.deadline() == never, "silence is said once");
        }
        const auto event = session.on_frame(frame, now);
        if (event) check(session, *event);
        ensure(!event || message, "a session takes no frame that the parser refuses");
        ensure(session.deadline() > now || session.id().empty(), "a frame restarts the timer");
    }
    session.on_closed();
    return 0;
}
