// What there is to set: one row a setting.

#include "config/apply.hpp"
#include "config/endpoint.hpp"
#include "config/setting.hpp"
#include "config/shard_setting.hpp"

#include <chrono>
#include <cstdint>

namespace conduitd::settings {
namespace {

constexpr std::uint64_t mebibyte = 1024ULL * 1024;
constexpr std::string_view percents = "whole percents from 1% to 100%, as 70% or 70";
constexpr std::string_view commands =
    "a command line for /bin/sh, without control characters, at most 4096 bytes";

constexpr Setting table[] = {
    {name::client_id, "TWITCH_CLIENT_ID", Disclosure::open, "ID", "", "none",
     "printable ASCII without blanks, at most 256 bytes",
     "The client id of the application that owns the conduit.",
     [](std::string_view text, Config& config) {
         return put(parse_identifier(text), config.twitch.client_id);
     }},
    {name::client_secret, "TWITCH_CLIENT_SECRET", Disclosure::secret, "SECRET", "", "none",
     "printable ASCII without blanks, at most 4096 bytes",
     "The client secret of that application; app access tokens are asked for with it.",
     [](std::string_view text, Config& config) {
         return put(parse_secret(text), config.twitch.client_secret);
     }},
    {name::access_token, "TWITCH_ACCESS_TOKEN", Disclosure::secret, "TOKEN", "", "none",
     "printable ASCII without blanks, at most 4096 bytes",
     "An app access token to use as it is, in place of the client secret.",
     [](std::string_view text, Config& config) {
         return put(parse_secret(text), config.twitch.access_token);
     }},
    {"twitch.ca_file", "", Disclosure::open, "PATH", "", "the system's trust store",
     "the path of a PEM file", "The certificates that TLS trusts in place of the system's.",
     apply_ca_file},
    {name::allow_plaintext, "", Disclosure::open, "true|false", "false", "", "true or false",
     "Accepts http:// and ws:// URLs of hosts that are not loopback.",
     [](std::string_view text, Config& config) {
         return put(parse_truth(text), config.twitch.allow_plaintext);
     }},
    {name::id_url, "", Disclosure::open, "URL", "https://id.twitch.tv", "",
     "an http:// or https:// URL without user name, query and fragment",
     "Where app access tokens are asked for and validated.",
     [](std::string_view text, Config& config) {
         return put(parse_api_url(text), config.twitch.id_url);
     }},
    {name::helix_url, "", Disclosure::open, "URL", "https://api.twitch.tv/helix", "",
     "an http:// or https:// URL without user name, query and fragment", "Where Helix is.",
     [](std::string_view text, Config& config) {
         return put(parse_api_url(text), config.twitch.helix_url);
     }},
    {name::eventsub_url, "", Disclosure::open, "URL", "wss://eventsub.wss.twitch.tv/ws", "",
     "a ws:// or wss:// URL without user name and fragment", "Where EventSub sessions are dialled.",
     [](std::string_view text, Config& config) {
         return put(parse_websocket_url(text), config.twitch.eventsub_url);
     }},
    {"log.level", "", Disclosure::open, "debug|info|warn|error", "info", "",
     "debug, info, warn or error", "The least severe log lines that are written.", apply_log_level},
    {"log.format", "", Disclosure::open, "text|json", "text", "", "text or json",
     "How log lines are written.", apply_log_format},
    {name::state_dir, "", Disclosure::open, "PATH", "",
     "$STATE_DIRECTORY, else $XDG_STATE_HOME/conduitd, else $HOME/.local/state/conduitd",
     "the path of a folder", "Where the access token is kept between runs.",
     [](std::string_view text, Config& config) { return put(parse_path(text), config.state.dir); }},
    {name::control_path, "", Disclosure::open, "PATH|none", "",
     "control-{name}.sock under $RUNTIME_DIRECTORY, else in the state folder",
     "the path of a socket (at most 107 bytes), {name} in it is replaced; or none",
     "The socket that conduitctl asks and gives orders through.", apply_control_path},
    {name::http_listen, "", Disclosure::open, "ADDRESS:PORT|none", "none", "",
     "an IP address and a port, as 127.0.0.1:9090 or [::]:9090 (0: the system chooses one); or "
     "none",
     "Where /livez, /readyz, /status and /metrics are served, to read.", apply_http_listen},
    {"http.hosts", "", Disclosure::open, "NAME,…", "", "addresses and localhost alone",
     "names of hosts, or * for any, in YAML a list",
     "By what names of hosts http.listen may be asked, besides addresses.", apply_http_hosts, true},
    {name::worker_name, "", Disclosure::open, "NAME", "", "the shards' numbers, or auto",
     "letters, digits, '.', '_' and '-', at most 32 bytes",
     "What this worker is called in its status and in paths.",
     [](std::string_view text, Config& config) { return put(parse_name(text), config.name); }},
    {"conduit.id", "TWITCH_CONDUIT_ID", Disclosure::open, "ID|auto", "auto", "",
     "a conduit's id (printable ASCII without blanks, at most 256 bytes), or auto",
     "The conduit; auto is the only one there is, or a new one when there is none.",
     apply_conduit_id},
    {"conduit.shard_count", "", Disclosure::open, "1..20000", "1", "", "a number from 1 to 20000",
     "How many shards a conduit is created with, or grown to.",
     [](std::string_view text, Config& config) {
         return put(parse_number(text, 1, shard_count_max), config.conduit.shard_count);
     }},
    {"conduit.grow", "", Disclosure::open, "true|false", "false", "", "true or false",
     "Grow a conduit with fewer shards to conduit.shard_count at start; it is never shrunk.",
     [](std::string_view text, Config& config) {
         return put(parse_truth(text), config.conduit.grow);
     }},
    {"conduit.recreate", "", Disclosure::open, "true|false", "false", "", "true or false",
     "Serve another conduit, or a new one, when that of the last time is gone.",
     [](std::string_view text, Config& config) {
         return put(parse_truth(text), config.conduit.recreate);
     }},
    {name::shard_id, "TWITCH_SHARD_ID", Disclosure::open, "IDS|ordinal|auto[-NAME]", "auto", "",
     "numbers from 0 to 19999, as 3, 4-7 or 0,2,5, in YAML also a list; ordinal, the number at the "
     "end of the host name; or auto, any one that is free, or auto-NAME, the same under a name",
     "The shards that this process serves, all with one session.", apply_shards, true},
    {name::shard_offset, "", Disclosure::open, "-19999..19999", "0", "",
     "a number from -19999 to 19999",
     "What is added to the numbers of shard.id, so that hosts can share one setting.",
     [](std::string_view text, Config& config) {
         return put(parse_shard_offset(text), config.shard.offset);
     }},
    {name::when_full, "", Disclosure::open, "wait|grow|exit", "wait", "", "wait, grow or exit",
     "Where shard.id is auto and no shard is free: wait for one, grow the conduit, or end (75).",
     apply_when_full},
    {name::shard_max, "", Disclosure::open, "1..20000", "", "none", "a number from 1 to 20000",
     "To how many shards shard.when_full grow may bring the conduit; required with it.",
     [](std::string_view text, Config& config) {
         return put(parse_number(text, 1, shard_count_max), config.shard.max);
     }},
    {name::when_superseded, "", Disclosure::open, "standby|exit", "standby", "", "standby or exit",
     "Where somebody else has claimed all shards of shard.id: stand by for them, or end (79).",
     apply_when_superseded},
    {"subscriptions.shard_disabled", "", Disclosure::open, "true|false", "false", "",
     "true or false",
     "Subscribe the conduit to conduit.shard.disabled, so that shards that die are taken within "
     "seconds.",
     [](std::string_view text, Config& config) {
         return put(parse_truth(text), config.subscriptions.shard_disabled);
     }},
    {name::sink_type, "", Disclosure::open, "stdout|unix|unix-connect", "stdout", "",
     "stdout, unix or unix-connect",
     "Where the events go: stdout, a Unix socket to be connected to, or one that somebody listens "
     "at.",
     apply_sink_type},
    {"sink.format", "", Disclosure::open, "annotated|raw", "annotated", "", "annotated or raw",
     "What a line looks like: Twitch's frame with our keys in front, or as it came.",
     apply_sink_format},
    {"sink.stdout.allow_journal", "", Disclosure::open, "true|false", "false", "", "true or false",
     "Accepts the journal for stdout, which drops and splits lines.",
     [](std::string_view text, Config& config) {
         return put(parse_truth(text), config.sink.standard_output.allow_journal);
     }},
    {name::unix_path, "", Disclosure::open, "PATH|@NAME", "",
     "events-{name}.sock under $RUNTIME_DIRECTORY, else in the state folder",
     "the path of a socket (at most 107 bytes), {name} in it is replaced; or @ and an abstract "
     "name",
     "The Unix socket of sink.type unix and unix-connect.", apply_unix_path},
    {"sink.unix.mode", "", Disclosure::open, "MODE", "0660", "", "an octal number up to 0777",
     "The mode of the socket that consumers connect to.",
     [](std::string_view text, Config& config) {
         return put(parse_mode(text), config.sink.unix_socket.mode);
     }},
    {"sink.unix.group", "", Disclosure::open, "GROUP", "", "that of the process",
     "the name or number of a group", "The group of the socket that consumers connect to.",
     [](std::string_view text, Config& config) {
         return put(parse_name(text), config.sink.unix_socket.group);
     }},
    {"sink.unix.allow_uids", "", Disclosure::open, "UID,…", "", "whoever may open the socket",
     "numbers of users, in YAML a list", "Whose processes may be consumers.", apply_allow_uids,
     true},
    {"sink.unix.max_consumers", "", Disclosure::open, "1..1024", "64", "",
     "a number from 1 to 1024", "How many connections the socket takes.",
     [](std::string_view text, Config& config) {
         return put(parse_number(text, 1, 1024), config.sink.unix_socket.consumers_max);
     }},
    {"sink.unix.consumers", "", Disclosure::open, "NAME,…", "", "none",
     "names of consumers (letters, digits, '.', '_' and '-', at most 64 bytes), in YAML a list",
     "Consumers for whom events are kept before they come for the first time.", apply_consumers,
     true},
    {name::spool_dir, "", Disclosure::open, "PATH|memory", "",
     "{conduit.id}/{name} in the state folder",
     "the path of a folder, {name} in it is replaced; or memory",
     "Where events wait for the sink, across restarts unless in memory.", apply_spool_dir},
    {"spool.max_bytes", "", Disclosure::open, "1MiB..1TiB", "1GiB", "",
     "a size from 1MiB to 1TiB, in bytes or with a unit such as KiB, MB, GiB",
     "How many bytes of events may wait for the sink; then the oldest go.",
     [](std::string_view text, Config& config) {
         return put(parse_size(text, mebibyte, mebibyte * mebibyte), config.spool.bytes_max);
     }},
    {"spool.max_age", "", Disclosure::open, "1m..3650d|none", "none", "",
     "a time from 1m to 3650d, as 90s, 12h or 7d; or none",
     "How old events may get that wait for the sink.",
     [](std::string_view text, Config& config) {
         return apply_age(text, std::chrono::minutes(1), config.spool.age_max);
     }},
    {"spool.max_memory", "", Disclosure::open, "1MiB..64GiB", "256MiB", "",
     "a size from 1MiB to 64GiB",
     "How many bytes of events may wait for a disk that does not take them.",
     [](std::string_view text, Config& config) {
         return put(parse_size(text, mebibyte, 64 * 1024 * mebibyte), config.spool.memory_max);
     }},
    {"spool.sync", "", Disclosure::open, "always|interval|never", "interval", "",
     "always, interval (100 ms) or never",
     "When events are brought to the disk for good; what a power loss costs.", apply_spool_sync},
    {"spool.consumer_ttl", "", Disclosure::open, "1m..3650d", "7d", "",
     "a time from 1m to 3650d, as 90s, 12h or 7d",
     "How long events are kept for a consumer that is not seen.",
     [](std::string_view text, Config& config) {
         using std::chrono::hours;
         return put(parse_seconds(text, std::chrono::minutes(1), hours(24 * 3650)),
                    config.spool.consumer_ttl);
     }},
    {"drain.park", "", Disclosure::open, "auto|never", "auto", "", "auto or never",
     "At a stop, leave the shards to another worker's session until somebody claims them.",
     apply_park},
    {"drain.timeout", "", Disclosure::open, "1..300s", "8s", "",
     "seconds from 1 to 300, as 8, 8s or 1m", "How long a planned stop may take.",
     [](std::string_view text, Config& config) {
         using std::chrono::seconds;
         return put(parse_seconds(text, seconds(1), seconds(300)), config.drain.timeout);
     }},
    {name::load_available, "", Disclosure::open, "1..100%", "50%", "", percents,
     "The share of the capacity below which the load is available again.",
     [](std::string_view text, Config& config) {
         return put(parse_percent(text), config.load.levels.available);
     }},
    {name::load_high, "", Disclosure::open, "1..100%", "70%", "", percents,
     "The share of the capacity from which on the load is high.",
     [](std::string_view text, Config& config) {
         return put(parse_percent(text), config.load.levels.high);
     }},
    {name::load_overload, "", Disclosure::open, "1..100%", "90%", "", percents,
     "The share of the capacity from which on the load is an overload.",
     [](std::string_view text, Config& config) {
         return put(parse_percent(text), config.load.levels.overload);
     }},
    {"load.capacity", "", Disclosure::open, "0..10000000", "0", "",
     "events a second from 1 to 10000000, or 0 to measure it",
     "How many events a second this worker can take.",
     [](std::string_view text, Config& config) {
         return put(parse_number(text, 0, 10'000'000), config.load.capacity);
     }},
    {"load.enter_after", "", Disclosure::open, "0..300s", "3s", "",
     "seconds from 0 to 300, as 3, 3s or 1m",
     "For how long a limit is passed upwards before load or backlog has that level.",
     [](std::string_view text, Config& config) {
         return apply_seconds(text, 0, 300, config.load.enter_after);
     }},
    {"load.leave_after", "", Disclosure::open, "1..3600s", "30s", "",
     "seconds from 1 to 3600, as 30, 30s or 1m",
     "For how long load or backlog is below a limit before the level is left.",
     [](std::string_view text, Config& config) {
         return apply_seconds(text, 1, 3600, config.load.leave_after);
     }},
    {name::backlog_available, "", Disclosure::open, "1..100%", "50%", "", percents,
     "The share of backlog.max_age and spool.max_bytes below which a backlog is available again.",
     [](std::string_view text, Config& config) {
         return put(parse_percent(text), config.backlog.levels.available);
     }},
    {name::backlog_high, "", Disclosure::open, "1..100%", "70%", "", percents,
     "The share of backlog.max_age or spool.max_bytes from which on a backlog is high.",
     [](std::string_view text, Config& config) {
         return put(parse_percent(text), config.backlog.levels.high);
     }},
    {name::backlog_overload, "", Disclosure::open, "1..100%", "90%", "", percents,
     "The share of backlog.max_age or spool.max_bytes from which on a backlog is an overload.",
     [](std::string_view text, Config& config) {
         return put(parse_percent(text), config.backlog.levels.overload);
     }},
    {"backlog.max_age", "", Disclosure::open, "1..86400s", "5m", "",
     "seconds from 1 to 86400, as 300, 300s or 5m",
     "How far behind the slowest consumer may be, which counts as 100% of a backlog.",
     [](std::string_view text, Config& config) {
         return apply_seconds(text, 1, 86'400, config.backlog.age_max);
     }},
    {"hooks.load", "", Disclosure::open, "COMMAND", "", "none", commands,
     "What is run when the level of the load changes.",
     [](std::string_view text, Config& config) { return apply_command(text, config.hooks.load); }},
    {"hooks.backlog", "", Disclosure::open, "COMMAND", "", "none", commands,
     "What is run when the level of the slowest consumer's backlog changes.",
     [](std::string_view text, Config& config) {
         return apply_command(text, config.hooks.backlog);
     }},
    {"hooks.timeout", "", Disclosure::open, "1..300s", "10s", "",
     "seconds from 1 to 300, as 10, 10s or 1m", "How long a hook may take before it is ended.",
     [](std::string_view text, Config& config) {
         return apply_seconds(text, 1, 300, config.hooks.timeout);
     }},
};

}  // namespace

std::span<const Setting> all_settings() {
    return table;
}

}  // namespace conduitd::settings
