#pragma once

#include "base/id_digest.hpp"
#include "base/time.hpp"
#include "base/url.hpp"
#include "helix/client.hpp"
#include "worker/gap.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace conduitd {

// Our own name for one WebSocket, from its dial to its end; never reused.
using SessionKey = std::uint32_t;

// The exit codes that the README lists.
enum class ExitCode {
    drained = 0,
    usage = 64,
    conduit_gone = 69,
    internal = 70,
    cannot_write_spool = 73,
    try_again_later = 75,
    credentials_refused = 77,
    configuration = 78,
    superseded = 79,
};

// What the edge is to do for the worker, in this order.
struct DialSession {
    SessionKey key;
    Url url;
};
// Sends a close frame (1000) and reads on, data included, until the peer's close frame.
struct CloseSession {
    SessionKey key;
};
// Gives the socket up at once: nothing that it could still bring is wanted.
struct AbortSession {
    SessionKey key;
};
struct SendRequest {
    RequestId id;
    HttpRequest request;
};
struct StoreToken {
    std::string token;
};
// Workers of this host share a token: it is looked for where StoreToken puts it, under a lock.
// on_token_cache_locked() follows, soon, with the lock or without it; none after UnlockTokenCache.
struct LockTokenCache {};
struct UnlockTokenCache {};
// Workers of this host take turns in creating and growing a conduit. on_host_locked() follows, once
// the lock is ours, or after a while without it; none after UnlockHost, which gives the lock up.
struct LockHost {};
struct UnlockHost {};
// `auto` has found this conduit: the next process of the client id is to find the same.
struct RememberConduit {
    std::string client_id;
    std::string conduit_id;
};
// The credentials are refused: the files that they came from are read again. on_credentials()
// follows, once.
struct ReadCredentials {};
// Before the first claim of a worker that takes over: the process that has the shards is to stand
// still. on_holder_ready() follows, or the end of this one.
struct AskHolder {};
// The worker is done: no session is open, nothing is held back. Nothing follows.
struct Stop {
    ExitCode code;
    std::string why;  // for people; empty after an ordered stop
};
using Action = std::variant<DialSession, CloseSession, AbortSession, SendRequest, StoreToken,
                            LockTokenCache, UnlockTokenCache, LockHost, UnlockHost, RememberConduit,
                            ReadCredentials, AskHolder, Stop>;

// How a session's socket ended, in the core's words.
struct SessionEnd {
    std::optional<std::uint16_t> close_code = std::nullopt;  // of the peer's close frame
    std::optional<unsigned> http_status = std::nullopt;      // the upgrade was refused with it
    // The connection broke: what the peer had written before may not have arrived, its answer to
    // the upgrade included. Neither its close frame nor the end of its stream is that.
    bool was_cut = false;
    std::string what = {};  // for people
};

// Takes what is to reach the consumer: notifications and revocations, deduplicated, in order, and
// word of what may be missing among them.
class FrameSink {
public:
    virtual ~FrameSink() = default;
    // `id` is the message id's digest.
    virtual void forward(std::string_view frame, const IdDigest& id, TimePoint received_at) = 0;
    virtual void report_gap(const Gap& gap, TimePoint now) = 0;
};

}  // namespace conduitd
