#pragma once

#include "io/unix_socket.hpp"
#include "sink/consumer_hub.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace conduitd {

// The socket of one consumer: its lines in, ours out, and how much of ours it has read. What they
// mean, others decide.
//
//   open -> finishing -> lingering -> closed      finish(): the last lines, then the peer's end
//     \---> broken ------------------/            it takes no more, and may still have said
//     something
//
// Lives in a shared_ptr; operations under way keep it alive until they end.
class ConsumerConnection : public std::enable_shared_from_this<ConsumerConnection> {
public:
    // What the last lines, then the peer, may take of time; after that the connection is cut.
    static constexpr std::chrono::seconds end_time_max{1};
    // While something is not known to be read: so often it is looked at.
    static constexpr std::chrono::milliseconds look_interval{100};

    // Calls back on the io_context's thread. on_gone() comes once, never from inside a call to the
    // connection, and nothing after it.
    class Owner {
    public:
        virtual void on_line(ConnectionKey key, std::string_view line) = 0;
        virtual void on_input_end(ConnectionKey key) = 0;  // it may go on reading
        // The next lines to write; empty when there are none yet, or, once it is finishing, at all.
        // `buffer` is for reuse.
        virtual std::string next_lines(ConnectionKey key, std::string buffer) = 0;
        // The peer has read the first `bytes` of all lines.
        virtual void on_read(ConnectionKey key, std::uint64_t bytes) = 0;
        // After those above, when the loop would wait: the owner may act upon them.
        virtual void on_pause(ConnectionKey key) = 0;
        virtual void on_gone(ConnectionKey key) = 0;

    protected:
        ~Owner() = default;
    };

    // `owner` outlives the connection, or cuts it.
    ConsumerConnection(Owner& owner, ConnectionKey key, UnixSocket socket);
    void start();

    // There may be more lines.
    void wake();
    // From now on looks how much the peer has read.
    void count_reads();
    // Takes what the peer has said so far, without a turn of the loop.
    void take_input();
    // What it said last has no line break yet.
    [[nodiscard]] bool is_mid_line() const { return !line_.empty(); }
    // Looks once more how much the peer has read.
    void look();
    // Writes next_lines() until there are none, and closes. What the peer says is not listened to.
    void finish();
    // Closes at once; a line that is written in part is written to its end where the socket has
    // room for it. Nothing is called after it.
    void cut();

private:
    enum class State { open, broken, finishing, lingering, closed };
    enum class Input { is_open, has_ended, has_failed };

    void wait_for_input();
    void wait_for_hang_up();
    void wait_for_room();
    Input receive();
    void split(std::string_view bytes);
    void on_input_end(Input how);
    void write();
    [[nodiscard]] bool send_some();
    void on_write_error(ErrorCode error);
    void look_later();
    void limit_time();
    void close();
    [[nodiscard]] bool is_peer_gone();
    [[nodiscard]] bool has_read_all();

    Owner* owner_;  // null once cut
    ConnectionKey key_;
    State state_ = State::open;
    UnixSocket socket_;
    Timer look_timer_;
    Timer end_timer_;

    std::string line_;  // what has come of one
    bool has_input_ended_ = false;

    std::string output_;
    std::size_t output_sent_ = 0;  // bytes of it
    bool is_waiting_for_room_ = false;
    bool is_write_posted_ = false;

    std::uint64_t sent_ = 0;  // bytes
    std::uint64_t read_ = 0;  // of them
    bool counts_reads_ = false;
    bool is_looking_ = false;
    bool is_reset_ = false;  // the peer has gone without reading all
};

}  // namespace conduitd
