#include "io/worker_loop.hpp"

#include "io/asio.hpp"
#include "io/clock.hpp"
#include "io/http_client.hpp"
#include "io/tls.hpp"
#include "io/websocket.hpp"
#include "worker/worker.hpp"

#include <boost/asio/post.hpp>

#include <map>
#include <utility>
#include <vector>

namespace conduitd {
namespace {

class Loop;

// One WebSocket and the worker's name for it.
class SessionSocket : public WebSocketHandler {
public:
    SessionSocket(Loop& loop, SessionKey key, asio::io_context& context,
                  std::shared_ptr<TlsClient> tls)
        : loop_(loop), key_(key), socket_(WebSocket::make(context, std::move(tls), {}, *this)) {}

    WebSocket& socket() { return *socket_; }

    void on_open() override;
    void on_frame(std::string_view frame) override;
    void on_binary(std::size_t bytes) override;
    void on_end(const WebSocketEnd& end) override;

private:
    Loop& loop_;
    SessionKey key_;
    std::unique_ptr<WebSocket> socket_;
};

class Loop final : public WorkerLoop {
public:
    Loop(asio::io_context& context, std::shared_ptr<TlsClient> tls, WorkerOptions options,
         FrameSink& sink, LogSink& log_sink, std::uint64_t seed, WorkerLoopEvents events)
        : context_(context),
          tls_(std::move(tls)),
          worker_(std::move(options), sink, log_sink, seed),
          events_(std::move(events)),
          http_(HttpClient::make(context, tls_)),
          timer_(context.get_executor()),
          heartbeat_(context.get_executor()) {}

    void remember(const IdDigest& id, TimePoint received_at) override {
        worker_.remember(id, received_at);
    }

    void start() override {
        worker_.start(look_at_clock());
        beat();
        settle_soon();
    }

    void stop() override {
        worker_.stop(look_at_clock());
        settle_soon();
    }

    [[nodiscard]] RotateVerdict rotate() override {
        const auto verdict = worker_.rotate(look_at_clock());
        settle_soon();
        return verdict;
    }

    void use(const std::function<void(Worker&, TimePoint)>& use) override {
        use(worker_, look_at_clock());
        settle_soon();
    }

    [[nodiscard]] const Worker& worker() const override { return worker_; }
    [[nodiscard]] WorkerStatus status() const override { return worker_.status(); }
    [[nodiscard]] const CallCounts& calls() const override { return calls_; }

    void on_open(SessionKey key) {
        worker_.on_session_open(key, look_at_clock());
        settle_soon();
    }

    void on_frame(SessionKey key, std::string_view frame) {
        worker_.on_frame(key, frame, look_at_clock());
        settle_soon();
    }

    void on_binary(SessionKey key, std::size_t bytes) {
        worker_.on_binary_message(key, bytes, look_at_clock());
        settle_soon();
    }

    void on_end(SessionKey key, const WebSocketEnd& end) {
        worker_.on_session_end(key, {end.close_code, end.http_status, end.was_cut, end.what},
                               look_at_clock());
        ended_.push_back(key);
        settle_soon();
    }

private:
    // The time. Whether the process ran all the while is seen by its own heart.
    TimePoint look_at_clock() {
        const auto now = monotonic_now();
        const auto ran_at = std::exchange(ran_at_, now);
        if (now - ran_at > Worker::nap_min) worker_.on_slept(ran_at, now);
        return now;
    }

    void beat() {
        heartbeat_.expires_after(heartbeat_period);
        heartbeat_.async_wait([this](const ErrorCode& error) {
            if (error) return;
            look_at_clock();
            settle_soon();  // a sleep may have planned something
            beat();
        });
    }

    // Frames come in batches; what the worker says is done once for each batch.
    void settle_soon() {
        if (std::exchange(is_settling_, true)) return;
        asio::post(context_, [this] { settle(); });
    }

    void settle() {
        is_settling_ = false;
        for (const auto key : std::exchange(ended_, {})) sockets_.erase(key);
        tell_progress();
        while (auto action = worker_.next_action()) {
            std::visit([this](auto& what) { perform(what); }, *action);
        }
        arm_timer();
        if (events_.turned) events_.turned();
    }

    void tell_progress() {
        const auto& conduit_id = worker_.conduit_id();
        if (!conduit_id.empty() && conduit_id != told_conduit_) {
            told_conduit_ = conduit_id;
            events_.conduit_known(conduit_id);
        }
        // For the first time, or again after it stood by.
        if (worker_.state() == WorkerState::standby) is_bound_told_ = false;
        if (!is_bound_told_ && worker_.state() == WorkerState::holding) {
            is_bound_told_ = true;
            events_.bound();
        }
    }

    void perform(DialSession& dial) {
        auto& socket = sockets_[dial.key];
        socket = std::make_unique<SessionSocket>(*this, dial.key, context_, tls_);
        socket->socket().start(dial.url);
    }

    void perform(CloseSession& close) {
        if (const auto found = sockets_.find(close.key); found != sockets_.end()) {
            found->second->socket().close(1000);
        }
    }

    void perform(AbortSession& abort) {
        if (const auto found = sockets_.find(abort.key); found != sockets_.end()) {
            found->second->socket().abort();
        }
    }

    void perform(SendRequest& send) {
        auto endpoint = CallCounts::endpoint_of(send.request);
        http_->send(std::move(send.request), [this, id = send.id, endpoint = std::move(endpoint)](
                                                 Result<HttpResponse> answer) {
            calls_.on_answer(endpoint, answer);
            worker_.on_response(id, std::move(answer), look_at_clock(), wall_now());
            settle_soon();
        });
    }

    void perform(StoreToken& store) { events_.store_token(store.token); }

    void perform(LockTokenCache&) {
        events_.lock_token_cache([this](const std::string& token) {
            worker_.on_token_cache_locked(token, look_at_clock());
            settle_soon();
        });
    }

    void perform(UnlockTokenCache&) { events_.unlock_token_cache(); }

    void perform(LockHost&) {
        events_.lock_host([this] {
            worker_.on_host_locked(look_at_clock());
            settle_soon();
        });
    }

    void perform(UnlockHost&) { events_.unlock_host(); }

    void perform(RememberConduit& what) { events_.remember_conduit(what); }

    void perform(AskHolder&) { events_.ask_holder(); }

    void perform(ReadCredentials&) {
        events_.read_credentials([this](const std::optional<Credentials>& credentials) {
            worker_.on_credentials(credentials, look_at_clock());
            settle_soon();
        });
    }

    void perform(Stop& stop) {
        timer_.cancel();
        heartbeat_.cancel();
        events_.stopped(stop.code, stop.why);
    }

    // A deadline that moved on is left alone: the timer then fires too early once and is armed
    // anew.
    void arm_timer() {
        const auto at = worker_.deadline();
        if (at >= armed_for_) return;
        armed_for_ = at;
        timer_.expires_at(std::chrono::steady_clock::time_point(
            std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                at.time_since_epoch())));
        timer_.async_wait([this](const ErrorCode& error) {
            if (error) return;
            armed_for_ = never;
            if (const auto now = look_at_clock(); worker_.deadline() <= now)
                worker_.on_deadline(now);
            settle_soon();
        });
    }

    asio::io_context& context_;
    std::shared_ptr<TlsClient> tls_;
    Worker worker_;
    WorkerLoopEvents events_;
    std::unique_ptr<HttpClient> http_;
    CallCounts calls_;
    std::map<SessionKey, std::unique_ptr<SessionSocket>> sockets_;
    std::vector<SessionKey> ended_;
    Timer timer_;
    TimePoint armed_for_ = never;
    static constexpr std::chrono::milliseconds heartbeat_period{500};
    Timer heartbeat_;
    TimePoint ran_at_ = monotonic_now();
    bool is_settling_ = false;
    std::string told_conduit_;
    bool is_bound_told_ = false;
};

void SessionSocket::on_open() {
    loop_.on_open(key_);
}
void SessionSocket::on_frame(std::string_view frame) {
    loop_.on_frame(key_, frame);
}
void SessionSocket::on_binary(std::size_t bytes) {
    loop_.on_binary(key_, bytes);
}
void SessionSocket::on_end(const WebSocketEnd& end) {
    loop_.on_end(key_, end);
}

}  // namespace

std::unique_ptr<WorkerLoop> WorkerLoop::make(asio::io_context& context,
                                             std::shared_ptr<TlsClient> tls, WorkerOptions options,
                                             FrameSink& sink, LogSink& log_sink, std::uint64_t seed,
                                             WorkerLoopEvents events) {
    return std::make_unique<Loop>(context, std::move(tls), std::move(options), sink, log_sink, seed,
                                  std::move(events));
}

}  // namespace conduitd
