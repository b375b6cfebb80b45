#pragma once

#include "twitch_sim/model/model.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace twitch_sim {

struct HttpRequest {
    HttpCall call;
    bool keep_alive = true;
};

// Takes HTTP/1.x requests out of a client's bytes, in pieces of any size; hides Beast's parser.
class HttpReader {
public:
    static constexpr std::size_t header_bytes_max = 64UL * 1024;
    static constexpr std::size_t body_bytes_max = 1024UL * 1024;

    enum class Progress {
        incomplete,         // more bytes are needed
        awaiting_continue,  // as incomplete, but the client waits for "100 Continue"; said once
        complete,           // take() has the request
        refused,            // refusal_status() says why; nothing can be read after it
    };

    HttpReader();
    ~HttpReader();

    // Takes what it uses off the front of `bytes`; the rest has to be handed in again, with more
    // behind it.
    [[nodiscard]] Progress read(std::string& bytes);

    // After `complete`, once; the reader then begins the next request.
    [[nodiscard]] HttpRequest take();

    // 400, 413 or 431.
    [[nodiscard]] unsigned refusal_status() const { return refusal_status_; }

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
    bool is_continue_answered_ = false;
    unsigned refusal_status_ = 0;
};

}  // namespace twitch_sim
