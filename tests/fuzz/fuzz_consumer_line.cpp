#include "base/ensure.hpp"
#include "sink/consumer_hub.hpp"
#include "sink/consumer_request.hpp"
#include "spool/file_name.hpp"
#include "spool_stand_in.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// What four connections say to the hub, and what happens meanwhile: a line of the input each. Its
// first character says what it is, the second one, where there is one, to which connection:
//
//   0 1 2 3   the connection says the rest of the line; it comes when it is not there
//   i         it will say nothing more
//   x         it is gone
//   r         it has read all that was written to it
//   k         it is too slow, if it is a tail
//   +         as many records have come as the line is long
//   s  f      the spool does the next thing it was asked for; or refuses to
//   a         the next answer of the spool comes back
//   t         half a second passes
//   l         there is a line for everybody
namespace {

using namespace conduitd;
namespace json = boost::json;

constexpr std::size_t events_max = 2000;

void check_request(const ConsumerRequest& request) {
    if (const auto* const bad = std::get_if<BadRequest>(&request)) {
        ensure(!bad->why.empty(), "a refusal has a reason");
    } else if (const auto* const hello = std::get_if<Hello>(&request)) {
        ensure(hello->consumer.empty() || is_consumer_name(hello->consumer), "names are names");
        ensure(hello->types.size() <= consumer_types_max, "types are bounded");
        ensure(!hello->is_tail || hello->consumer.empty(), "a tail has no name");
    }
}

struct Peer {
    ConnectionKey key{};
    bool is_ending = false;  // it was sent away
    std::uint64_t cursor = 0;
    std::uint64_t acked = 0;      // the highest that was taken
    bool awaits_cursor = false;   // it has asked for acks, and has no answer yet
    std::uint64_t early_ack = 0;  // the highest that came meanwhile
    std::uint64_t bytes = 0;      // of all lines to it
    std::uint64_t read = 0;
    // Lines with a `seq` that it has neither acked nor read, as its kind is.
    struct Sent {
        std::uint64_t sequence;
        std::uint64_t end;
    };
    std::deque<Sent> sent;
    std::uint64_t last_sequence = 0;
    std::string last_type;  // of the last line
};

class World {
public:
    void on_event(std::string_view line) {
        const char what = line.front();
        if (what >= '0' && what <= '3') return speak(what - '0', line.substr(1));
        const std::size_t slot = line.size() > 1 ? static_cast<unsigned char>(line[1]) % 4 : 0;
        auto& peer = peers_[slot];
        if (what == '+') spool_.next += std::min<std::size_t>(line.size(), 64);
        if (what == 's' || what == 'f') spool_.work(what == 's' ? Disk::well : Disk::hangs);
        if (what == 'a') give_answer();
        if (what == 'l') hub_.tell_all("{\"metadata\":{}}\n");
        if (what == 't') hub_.on_deadline(now_ += std::chrono::milliseconds(500), spool_.next);
        if (peer && what == 'i') hub_.on_input_end(peer->key, spool_.next);
        if (peer && what == 'k') skip(*peer);
        if (peer && what == 'r') hub_.on_read(peer->key, peer->read = peer->bytes);
        if (peer && what == 'x') leave(peer);
        settle();
    }

    // Everybody goes, and the spool does all that it was asked for.
    void end() {
        for (auto& peer : peers_) {
            if (peer) leave(peer);
        }
        settle();
        while (!spool_.jobs.empty() || !spool_.answers.empty()) {
            spool_.work(Disk::well);
            give_answer();
            settle();
        }
        for (const auto& [name, cursor] : spool_.cursors) {
            ensure(!cursor.is_attached, "nobody is there, so nobody holds a cursor");
        }
        ensure(hub_.connections() == 0 && hub_.deadline() == never, "nobody is left");
    }

private:
    void speak(int slot, std::string_view line) {
        auto& peer = peers_[static_cast<std::size_t>(slot)];
        if (!peer) {
            if (!hub_.has_room()) return;
            peer.emplace();
            peer->key = hub_.on_connect(now_);
        }
        const auto request = parse_consumer_request(line);
        check_request(request);
        const Consumer* const consumer = hub_.find(peer->key);
        const auto* const ack = std::get_if<Ack>(&request);
        const bool is_right_ack = ack != nullptr && consumer != nullptr &&
                                  consumer->kind() == ConsumerKind::acking &&
                                  ack->sequence < consumer->position();
        if (is_right_ack) peer->acked = std::max(peer->acked, ack->sequence);
        const bool is_early = ack != nullptr && consumer == nullptr && peer->awaits_cursor;
        if (is_early) peer->early_ack = std::max(peer->early_ack, ack->sequence);
        hub_.on_line(peer->key, line, spool_.next);
        settle();
        if (std::holds_alternative<BadRequest>(request)) {
            ensure(peer->is_ending, "a bad line ends the connection");
        }
        const auto* const hello = std::get_if<Hello>(&request);
        if (hello != nullptr && hello->wants_acks) peer->awaits_cursor = true;
        if (ack != nullptr && !is_right_ack && !is_early) {
            ensure(peer->is_ending, "an ack of what was not sent ends the connection");
        }
    }

    void give_answer() {
        if (spool_.answers.empty()) return;
        const auto answer = std::move(spool_.answers.front());
        spool_.answers.pop_front();
        hub_.on_attached(answer.asked, answer.cursor, spool_.next);
    }

    void skip(const Peer& peer) {
        Consumer* const consumer = hub_.find(peer.key);
        if (consumer != nullptr && consumer->kind() == ConsumerKind::tail)
            consumer->skip_to(spool_.next);
    }

    void leave(std::optional<Peer>& peer) {
        hub_.on_end(peer->key);
        peer.reset();
    }

    void settle() {
        perform_all();
        for (auto& peer : peers_) {
            if (peer) feed(*peer);
        }
        perform_all();
        for (auto& peer : peers_) {
            if (peer) check(*peer);
        }
    }

    void perform_all() {
        while (auto action = hub_.next_action()) {
            const auto* const ending = std::get_if<EndConnection>(&*action);
            if (ending == nullptr) {
                spool_.jobs.push_back(std::move(*action));
                continue;
            }
            const auto peer = std::ranges::find_if(
                peers_, [ending](const auto& one) { return one && one->key == ending->key; });
            ensure(peer != peers_.end() && !(*peer)->is_ending, "a connection is ended once");
            ensure(!ending->why.empty(), "there is a reason to send somebody away");
            (*peer)->is_ending = true;
            take_lines(**peer);
            const auto& last = (*peer)->last_type;
            ensure(last == "conduitd.error" || last == "conduitd.replaced",
                   "who is sent away is told why");
        }
    }

    void feed(Peer& peer) {
        Consumer* const consumer = hub_.find(peer.key);
        if (consumer == nullptr) return;
        spool_.feed(*consumer);
        hub_.on_fed(peer.key);
        take_lines(peer);
    }

    void take_lines(Peer& peer) {
        const auto lines = hub_.take_lines(peer.key);
        for (std::string_view rest = lines; !rest.empty();) {
            ensure(rest.find('\n') != std::string_view::npos, "lines are whole");
            const auto line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(line.size() + 1);
            peer.bytes += line.size() + 1;
            note(peer, json::parse(line).as_object());
        }
    }

    static void note(Peer& peer, const json::object& line) {
        const auto* const metadata = line.if_contains("metadata");
        const auto* const type =
            metadata == nullptr ? nullptr : metadata->as_object().if_contains("message_type");
        peer.last_type = type == nullptr ? "" : std::string(type->as_string());
        const auto* const field = line.if_contains("seq");
        if (field == nullptr) return;
        const auto sequence = field->to_number<std::uint64_t>();
        ensure(sequence > peer.last_sequence, "records come in order, and once");
        peer.last_sequence = sequence;
        peer.sent.push_back({sequence, peer.bytes});
    }

    void check(Peer& peer) {
        const Consumer* const consumer = hub_.find(peer.key);
        if (consumer == nullptr) return;
        ensure(peer.early_ack < consumer->position(),
               "an early ack of what was not sent ends the connection, too");
        const auto cursor = consumer->cursor();
        ensure(cursor >= peer.cursor, "a cursor never goes back");
        ensure(cursor < consumer->position(), "a cursor is not ahead of what was shown");
        ensure(consumer->bytes_taken() == peer.bytes, "what is written is counted");
        peer.cursor = cursor;
        if (consumer->kind() == ConsumerKind::tail) return;
        const bool is_acking = consumer->kind() == ConsumerKind::acking;
        while (!peer.sent.empty() && (is_acking ? peer.sent.front().sequence <= peer.acked
                                                : peer.sent.front().end <= peer.read)) {
            peer.sent.pop_front();
        }
        ensure(peer.sent.empty() || cursor < peer.sent.front().sequence,
               "a cursor is not ahead of its acks");
    }

    const LineOrigin origin_{"conduit", "0"};
    ConsumerHub hub_{{.consumers_max = 2,
                      .strangers_max = 1,
                      .window = {.records_max = 5, .bytes_max = 4096},
                      .spool_uuid = "uuid"},
                     origin_};
    SpoolStandIn spool_;
    std::array<std::optional<Peer>, 4> peers_;
    TimePoint now_{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    World world;
    for (std::size_t events = 0; !rest.empty() && events < events_max; ++events) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (!line.empty()) world.on_event(line);
    }
    world.end();
    return 0;
}
