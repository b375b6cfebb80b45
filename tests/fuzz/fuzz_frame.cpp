#include "base/ensure.hpp"
#include "eventsub/frame_head.hpp"
#include "eventsub/message.hpp"
#include "eventsub/session.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
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

// What the head of a frame tells by itself is what a parser finds in it: one that has to read all
// of the frame, for it does not begin as usual.
void check_head(std::string_view frame) {
    const auto head = read_frame_head(frame);
    if (!head) return;
    constexpr std::string_view payload = R"("payload":{)";
    auto text = " " + std::string(frame.substr(0, frame.find(payload))) + R"("payload":{}})";
    MessageParser parser;

    const auto message = parser.parse(text);

    const auto id = head->message_id.value_or("");
    const bool has_usable_id = !id.empty() && id.size() <= id_bytes_max;
    ensure(message.has_value() == has_usable_id, "head and frame are taken or refused alike");
    if (!message) return;
    ensure(message->id == id, "head and frame have the same id");
    ensure(message->type_name == head->message_type, "head and frame have the same type");
    ensure(message->timestamp == head->message_timestamp.value_or(""),
           "head and frame have the same time");
    ensure(message->subscription_type == head->subscription_type.value_or(""),
           "head and frame have the same subscription");
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

        check_head(frame);
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
