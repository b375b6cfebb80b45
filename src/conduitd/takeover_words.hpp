#pragma once

#include "base/id_digest.hpp"
#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "config/config.hpp"
#include "io/sink.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What two processes say to each other as one takes over from the other (`worker/takeover.hpp`).
namespace conduitd {

enum class TakeoverWord : std::uint8_t {
    hello = 1,  // newcomer: TakeoverGreeting
    refused,    // holder: why, for people; the connection ends
    accepted,   // holder: TakeoverStock
    welcomed,   // newcomer
    go,         // holder
    claimed,    // newcomer
    released,   // holder: TakeoverRelease, with descriptors
    locked,     // newcomer
    announced,  // holder: the service manager is told who goes on
    late,       // holder: LateFrame
    done,       // holder: its sessions have ended, and so does it
    stop,       // holder: it was told to stop when it was no longer the one to obey
};

// The settings that both must agree on, and what each one is able to read.
struct TakeoverGreeting {
    std::string version;
    std::uint32_t spool_format = 0;  // of documents, the newest that is understood
    int pid = 0;
    std::string name;
    std::string spool_dir;
    std::string conduit_id;  // as set
    std::string shard_id;    // as set
    std::string client_id;
    std::string sink_type;
};

[[nodiscard]] TakeoverGreeting greeting_of(const Config& config);
[[nodiscard]] std::string to_text(const TakeoverGreeting& greeting);
[[nodiscard]] std::optional<TakeoverGreeting> parse_greeting(std::string_view text);
// Why the newcomer cannot take over from the holder, for people; empty when it can.
[[nodiscard]] std::string find_obstacle(const TakeoverGreeting& holder,
                                        const TakeoverGreeting& newcomer);

// What there is to take over.
struct TakeoverStock {
    std::string conduit_id;
    ShardSet home;
    ShardSet guests;
};
[[nodiscard]] std::string to_text(const TakeoverStock& stock);
[[nodiscard]] std::optional<TakeoverStock> parse_stock(std::string_view text);

// Descriptors come in this order, those that there are: stdout, the sink's listener, that of the
// control socket.
struct TakeoverRelease {
    bool has_stdout = false;
    bool has_listener = false;
    bool has_control = false;
    std::string sink_path;  // where the listener listens
    std::string control_path;
    std::optional<StdoutResume> resume;
};
[[nodiscard]] std::string to_text(const TakeoverRelease& release);
[[nodiscard]] std::optional<TakeoverRelease> parse_release(std::string_view text);

// What a session of the holder's brought after its spool was the newcomer's. Both processes have
// one monotonic clock, for they run on one host since its start.
struct LateFrame {
    IdDigest id{};
    TimePoint received_at{};
    std::string_view frame;
};
[[nodiscard]] std::string to_text(const LateFrame& late);
[[nodiscard]] std::optional<LateFrame> parse_late(std::string_view text);  // of `text`

}  // namespace conduitd
