#pragma once

#include "io/asio.hpp"
#include "twitch_sim/server/frame.hpp"
#include "twitch_sim/server/frame_queue.hpp"
#include "twitch_sim/server/model_driver.hpp"
#include "twitch_sim/server/stream.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace twitch_sim {

// One client's WebSocket after its upgrade: writes what the model sends, in order and many frames
// at a time, and tells the model what comes back.
//
// The end. A close frame of ours goes out behind all that was queued before it; then the client has
// close_answer_limit for its own. The answer to the client's close frame goes out behind what was
// queued, within the same limit. on_gone() is told once, after the call that ended the socket; or
// on_lost(), when the client's side broke without FIN.
//
// What it writes stands in websocket_writes.cpp, the rest in websocket_connection.cpp.
class WebSocketConnection final : public ModelSocket,
                                  public std::enable_shared_from_this<WebSocketConnection> {
public:
    // `head` is the HTTP answer that accepts the upgrade; it goes out before all frames, and by
    // itself. `driver` outlives every handler of this connection's executor.
    WebSocketConnection(const conduitd::Executor& executor, std::unique_ptr<Stream> stream,
                        ModelDriver& driver, SocketId id, std::string head);

    // Once, when the driver has the socket. `leftover` came right behind the upgrade request.
    void begin_reading(std::string_view leftover);

    void send_text(std::string text, WireShape shape) override;
    void send_ping(std::string payload) override;
    void send_close(std::uint16_t code, std::string_view reason) override;
    void reset() override;
    void freeze() override;
    void flush() override;

private:
    enum class State {
        open,       // texts go out; what the client sends is told to the model
        closing,    // the model sent a close frame, written or not; the client's data is discarded
        answering,  // the client's close frame came: the queue is written, ours is its last
        frozen,     // nothing is written or read
        ended,      // terminal
    };
    enum class Ending { finish, close, reset, lost };

    void enqueue(Opcode opcode, std::string payload, WireShape shape = {});
    void enqueue_close(std::string payload);
    void write_later(Duration pause);
    void write_piece();
    void on_write(const ErrorCode& error, std::size_t bytes);
    void on_queue_written();
    void on_broken(const ErrorCode& error);

    void read_more();
    void on_read(const ErrorCode& error, std::size_t bytes);
    void take(std::string_view bytes);
    void on_frame(const ClientFrame& frame);
    void on_close_frame(const std::string& payload);
    [[nodiscard]] bool is_reading() const;

    void watch_writing();
    void on_watch();
    void report_stall();
    void limit_close();
    void end(Ending how);

    conduitd::Executor executor_;
    std::unique_ptr<Stream> stream_;  // null once it is left to finish by itself
    ModelDriver& driver_;
    SocketId id_;
    State state_ = State::open;

    FrameQueue queue_;
    bool is_close_queued_ = false;  // ours; nothing is queued behind it
    bool is_writing_ = false;
    conduitd::Timer pause_timer_;
    bool is_pausing_ = false;  // before the next piece
    bool is_stalled_ = false;  // the model has been told, or is about to be

    TimePoint write_began_{};  // of the write under way
    conduitd::Timer watch_timer_;
    bool is_watching_ = false;
    conduitd::Timer close_timer_;

    FrameReader reader_;
    std::array<char, 4096> read_buffer_{};
};

}  // namespace twitch_sim
