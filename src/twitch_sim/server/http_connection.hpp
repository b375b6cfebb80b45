#pragma once

#include "io/asio.hpp"
#include "twitch_sim/server/http_reader.hpp"
#include "twitch_sim/server/model_driver.hpp"
#include "twitch_sim/server/stream.hpp"

#include <array>
#include <memory>
#include <string>

namespace twitch_sim {

// One client's connection as long as it speaks HTTP: a request, its answer, and again, until one
// side ends it or a request is upgraded, upon which a WebSocketConnection has the stream.
class HttpConnection final : public std::enable_shared_from_this<HttpConnection> {
public:
    // `driver` outlives every handler of this connection's executor.
    HttpConnection(const conduitd::Executor& executor, std::unique_ptr<Stream> stream,
                   ModelDriver& driver);

    // Once. The connection then keeps itself alive.
    void start();

private:
    void advance();
    void read_more();
    void on_request(const HttpRequest& request);
    void on_upgrade(const HttpCall& call);
    void answer(const HttpAnswer& answer);
    void write_answer(const HttpAnswer& answer);
    void await_end();
    void write_all(std::string bytes);
    void write_rest();
    void on_written();
    void limit_wait();

    conduitd::Executor executor_;
    std::unique_ptr<Stream> stream_;
    ModelDriver& driver_;
    HttpReader reader_;
    std::string received_;  // not taken by the reader yet

    // Of the request being answered.
    bool is_head_ = false;
    bool keep_alive_ = true;
    bool is_interim_ = false;  // "100 Continue" is being written: the request goes on

    std::string output_;
    std::size_t output_written_ = 0;
    conduitd::Timer limit_timer_;  // for what the client has to do
    conduitd::Timer delay_timer_;  // for answers that the model delays
    std::array<char, 16UL * 1024> read_buffer_{};
};

}  // namespace twitch_sim
