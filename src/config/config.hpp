#pragma once

#include "base/log.hpp"
#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "base/url.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace conduitd {

// A value that is never printed: only the place that sends it to Twitch takes it out.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    [[nodiscard]] const std::string& reveal() const { return value_; }
    [[nodiscard]] bool empty() const { return value_.empty(); }

private:
    std::string value_;
};

enum class LogFormat { text, json };
enum class SinkType { standard_output, unix_listen, unix_connect };
enum class SinkFormat { annotated, raw };
enum class SpoolSync { always, interval, none };

inline constexpr std::uint32_t shard_count_max =
    20'000;  // Conduit guide; others give less: Twitch decides

// Percents at which the levels of load and of backlog change; 1..100, in ascending order.
struct LevelPercents {
    std::uint32_t available = 50;  // below it, `high` and `overload` are left for `available`
    std::uint32_t high = 70;
    std::uint32_t overload = 90;
};

// Everything that can be set, valid once `load_config` reported no problem. Names as in the YAML
// file.
struct Config {
    struct Twitch {
        std::string client_id;  // required unless only access_token is given
        Secret client_secret;   // client_secret or access_token is required
        Secret access_token;
        std::string ca_file;           // PEM; empty: the system's trust store
        bool allow_plaintext = false;  // http:// and ws:// to hosts that are not loopback
        // Paths are appended to the target of these two: it has no '/' at its end, and is empty
        // for a URL without a path.
        Url id_url;        // https://id.twitch.tv
        Url helix_url;     // https://api.twitch.tv/helix
        Url eventsub_url;  // wss://eventsub.wss.twitch.tv/ws
    } twitch;

    struct Logging {
        LogLevel level = LogLevel::info;
        LogFormat format = LogFormat::text;
    } log;

    struct State {
        std::string dir;  // token, conduit found; made with mode 0700 when missing
    } state;

    // What this worker is called in its status and in paths; by default the shards' numbers, or
    // `auto`, or `auto-NAME` where `shard.id` says that.
    std::string name;

    struct Control {
        std::string path;  // of the control socket, `{name}` replaced; empty: none
    } control;

    struct Http {
        std::string address;     // to listen at: an IP address, without brackets; empty: nowhere
        std::uint16_t port = 0;  // 0: the system chooses
        std::vector<std::string> hosts;  // `Host` headers that are served besides addresses
    } http;

    struct ConduitSettings {
        std::string id;                 // empty: `auto`
        std::uint32_t shard_count = 1;  // 1..shard_count_max; when one is created, or grown
        bool grow = false;              // a smaller one, at start, to shard_count
        bool recreate = false;          // though the one that was served is gone
    } conduit;

    struct ShardSettings {
        enum class WhenFull { wait, grow, exit };
        enum class WhenSuperseded { stand_by, exit };

        ShardSet ids;             // each 0..shard_count_max - 1; empty: `auto`
        bool is_ordinal = false;  // `id: ordinal`, which `ids` has come from
        std::int32_t offset = 0;  // `ids` has it already
        WhenFull when_full = WhenFull::wait;
        std::uint32_t max = 0;  // 1..shard_count_max where `when_full` is `grow`; 0: not given
        WhenSuperseded when_superseded = WhenSuperseded::stand_by;

        // "0,2,5-9", or "auto".
        [[nodiscard]] std::string text() const { return ids.empty() ? "auto" : ids.text(); }
    } shard;

    struct Sink {
        SinkType type = SinkType::standard_output;
        SinkFormat format = SinkFormat::annotated;

        struct StandardOutput {
            bool allow_journal = false;
        } standard_output;  // `sink.stdout`

        struct Unix {
            std::string path;  // `{name}` replaced; `@…`: an abstract name
            std::uint32_t mode = 0660;
            std::string group;                      // name or number; empty: the process's
            std::vector<std::uint32_t> allow_uids;  // empty: whoever may open the socket
            std::uint32_t consumers_max = 64;       // `max_consumers`: connections
            std::vector<std::string> consumers;     // have a cursor from the start
        } unix_socket;                              // `sink.unix`
    } sink;

    struct Spool {
        std::string dir;                                  // `{name}` replaced; empty: `memory`
        std::uint64_t bytes_max = 1024ULL * 1024 * 1024;  // `max_bytes`, 1 MiB..1 TiB
        Duration age_max = Duration::zero();              // `max_age`; zero: none
        std::uint64_t memory_max = 256ULL * 1024 * 1024;  // `max_memory`, 1 MiB..64 GiB
        SpoolSync sync = SpoolSync::interval;
        Duration consumer_ttl = std::chrono::hours(7 * 24);
    } spool;

    struct Drain {
        bool parks = true;                           // `park`: `auto`
        Duration timeout = std::chrono::seconds(8);  // 1..300 s
    } drain;

    struct Subscriptions {
        bool shard_disabled = false;  // see to it that the conduit tells of its shards that die
    } subscriptions;

    struct Load {
        LevelPercents levels;        // of the capacity
        std::uint64_t capacity = 0;  // events a second, up to 10 million; 0: measured
        // For so long a limit is passed before the level changes, of load and of backlog.
        Duration enter_after = std::chrono::seconds(3);   // 0..300 s
        Duration leave_after = std::chrono::seconds(30);  // 1..3600 s
    } load;

    struct Backlog {
        LevelPercents levels;                          // of `max_age`, and of `spool.max_bytes`
        Duration age_max = std::chrono::seconds(300);  // `backlog.max_age`, 1..86400 s
    } backlog;

    struct Hooks {
        std::string load;  // command lines; empty: none
        std::string backlog;
        Duration timeout = std::chrono::seconds(10);  // 1..300 s
    } hooks;
};

}  // namespace conduitd
