#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "io/asio.hpp"
#include "io/descriptor.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace conduitd {

// Messages between two processes of one host, over a connected Unix socket, with descriptors where
// a message has some. In order, whole, and never waiting: what the other one does not read is kept
// here, up to a limit, beyond which the channel ends.
//
//   message = kind:u8 descriptors:u8 bytes:u32 (little-endian) payload
class PeerChannel {
public:
    static constexpr std::size_t message_bytes_max = 64ULL * 1024 * 1024;
    static constexpr std::size_t unsent_bytes_max = 256ULL * 1024 * 1024;
    static constexpr std::size_t descriptors_max = 8;

    struct Message {
        std::uint8_t kind;
        std::string payload;
        std::vector<Descriptor> descriptors;
    };
    struct Events {
        std::function<void(Message)> message;
        // Once, and nothing follows: the other side has closed, or died; `why` is for people.
        std::function<void(const std::string& why)> ended;
    };

    // `socket` becomes the channel's. Everything happens on the io_context's thread; no event is
    // called from inside send().
    [[nodiscard]] static std::unique_ptr<PeerChannel> make(asio::io_context& context,
                                                           Descriptor socket, Events events);
    // Closes: what was not sent by then is not.
    virtual ~PeerChannel() = default;

    // What goes in at once is with the system when this returns. The descriptors stay the caller's.
    virtual void send(std::uint8_t kind, std::string_view payload,
                      const std::vector<int>& descriptors = {}) = 0;
    // Ends it from this side: no event follows.
    virtual void close() = 0;
    // Waits until all is with the system; false when that takes longer, or cannot be.
    [[nodiscard]] virtual bool flush(Duration patience) = 0;
};

}  // namespace conduitd
