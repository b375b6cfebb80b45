#pragma once

#include "base/log.hpp"
#include "io/asio.hpp"
#include "io/consumer_connection.hpp"
#include "io/feed_reader.hpp"
#include "io/sink.hpp"
#include "io/spool_consumers.hpp"
#include "io/unix_acceptor.hpp"
#include "io/unix_dialer.hpp"
#include "sink/consumer_hub.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace conduitd {

struct UnixSinkOptions {
    std::string path;                       // `@name`: an abstract one
    UnixAccess access{0660, {}};            // to the file that is listened at
    std::vector<std::uint32_t> allow_uids;  // empty: whoever may open the socket
    std::size_t consumers_max = 64;         // connected at once
    LineFormat format = LineFormat::annotated;
    AckWindowLimits window{};
    UnixDialerLimits dialer{};
    int listener = -1;  // that another process listened with at `path`; the sink's from then on
};

// Writes lines to consumers at a Unix socket: those who connect to it, or the one who listens
// there. Each gets the feed from its own cursor on, at its own pace: one that does not read costs
// the lines of one write, and nobody else's time.
class UnixSink final : public Sink, private ConsumerConnection::Owner {
public:
    // The references outlive the sink.
    UnixSink(asio::io_context& context, Feed& feed, SpoolConsumers& consumers,
             const LineOrigin& origin, UnixSinkOptions options, Log log, SinkEvents events);
    ~UnixSink() override;
    UnixSink(const UnixSink&) = delete;
    UnixSink& operator=(const UnixSink&) = delete;

    // One of the two, once. Errors: those of UnixListener.
    [[nodiscard]] ErrorCode listen();
    void dial();

    // These have a cursor from now on, though they may come later.
    void declare(const std::vector<std::string>& names);

    void wake() override;
    void tell(std::string_view line) override;
    [[nodiscard]] bool is_caught_up() const override;
    [[nodiscard]] SinkEnd end() override;
    [[nodiscard]] SinkHandover hand_over() override;
    [[nodiscard]] std::uint64_t lines_written() const override { return lines_written_; }

    [[nodiscard]] std::vector<ConnectedConsumer> connected() const override;

private:
    struct Served {
        Served(asio::io_context& context, Feed& feed, std::function<void()> more)
            : reader(context, feed, std::move(more)) {}

        FeedReader reader;
        std::shared_ptr<ConsumerConnection> connection;
        std::optional<Peer> peer;
        std::string name;
    };

    void serve(UnixSocket socket);
    [[nodiscard]] bool is_allowed(const std::optional<Peer>& peer) const;
    void introduce(ConnectionKey key, const Consumer& consumer);
    void settle();
    void perform_all();
    void perform(const AttachConsumer& action);
    void perform(const SaveCursor& action);
    void perform(const DetachConsumer& action);
    void perform(const EndConnection& action);
    void wait_for_deadline();
    void on_deadline();
    void tell_progress();

    void on_line(ConnectionKey key, std::string_view line) override;
    void on_input_end(ConnectionKey key) override;
    std::string next_lines(ConnectionKey key, std::string buffer) override;
    void on_read(ConnectionKey key, std::uint64_t bytes) override;
    void on_pause(ConnectionKey key) override;
    void on_gone(ConnectionKey key) override;

    asio::io_context& context_;
    Feed& feed_;
    SpoolConsumers& consumers_;
    UnixSinkOptions options_;
    Log log_;
    SinkEvents events_;
    ConsumerHub hub_;
    std::map<ConnectionKey, Served> served_;
    std::set<ConnectionKey> strangers_;  // those of them who are not known to be anybody yet
    std::unique_ptr<UnixAcceptor> acceptor_;
    std::unique_ptr<UnixDialer> dialer_;
    Timer timer_;
    TimePoint timer_at_ = never;
    std::uint64_t lines_written_ = 0;
    bool is_progress_posted_ = false;
    bool has_ended_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace conduitd
