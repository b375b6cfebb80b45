#pragma once

#include "consumer_client.hpp"
#include "io/posix_file_system.hpp"
#include "io/unix_sink.hpp"
#include "loop.hpp"
#include "spool/cursor.hpp"
#include "temporary_folder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <numeric>
#include <optional>

namespace conduitd::test {

class LogLines : public LogSink {
public:
    void write(LogLevel, std::string_view, std::string_view what,
               std::span<const LogField> fields) override {
        std::string line(what);
        for (const auto& field : fields) line += fmt::format(" {}={}", field.key, field.value);
        lines.push_back(std::move(line));
    }
    std::vector<std::string> lines;
};

// A Unix sink on a real spool in a folder of its own, and what belongs between them.
class SinkWorld : public ::testing::Test {
protected:
    SinkWorld() {
        options.path = socket_folder / "events.sock";
        open_spool();
    }
    ~SinkWorld() override { stop(); }

    void open_spool() {
        auto opening = SpoolThread::open(context, std::move(*PosixFileSystem::open(folder / "")),
                                         spool_options, {0xAB, 2, 3}, log,
                                         [this](const SpoolNews& news) {
                                             feed->on_news(news);
                                             if (sink) sink->wake();
                                         },
                                         {.end_patience = std::chrono::hours(1)});
        ASSERT_TRUE(opening.thread) << opening.reason;
        spool = std::move(opening.thread);
        feed.emplace(*spool);
        consumers.emplace(*spool);
    }

    void make_sink() {
        sink = std::make_unique<UnixSink>(context, *feed, *consumers, origin, options,
                                          Log(log, "io"), SinkEvents{[](ErrorCode) {}, [] {}});
    }
    void listen() {
        make_sink();
        ASSERT_FALSE(sink->listen());
    }

    // As the daemon ends.
    void stop() {
        if (sink) {
            EXPECT_EQ(sink->end().ending, Spool::Ending::well);
        }
        sink.reset();
        if (spool) {
            EXPECT_TRUE(spool->end().has_ended);
        }
        consumers.reset();
        feed.reset();
        spool.reset();
    }

    static std::string frame(std::uint64_t number, std::string_view type, std::size_t padding) {
        return fmt::format(
            R"({{"metadata":{{"message_id":"{0}","message_type":"notification",)"
            R"("subscription_type":"{1}"}},"payload":{{"n":{0},"text":"{2:x>{3}}"}}}})",
            number, type, "", padding);
    }

    void append(std::size_t records, std::string_view type = "channel.follow",
                std::size_t padding = 1) {
        auto batch = std::make_shared<RecordBatch>();
        for (std::size_t i = 0; i < records; ++i) {
            batch->add(frame(++appended, type, padding), {}, {});
        }
        ASSERT_TRUE(spool->try_append(batch));
        ASSERT_TRUE(run_until(context, [&] { return feed->visible_end() == appended + 1; }));
    }

    // A batch at a time, so that memory lets go of the first ones.
    void append_batches(std::size_t batches, std::size_t records, std::size_t padding) {
        for (std::size_t i = 0; i < batches; ++i) append(records, "channel.follow", padding);
    }

    [[nodiscard]] bool await(const std::function<bool()>& is_true) {
        return run_until(context, is_true);
    }
    [[nodiscard]] bool await_lines(ConsumerClient& client, std::size_t lines) {
        return run_until(context, [&] {
            client.read();
            return client.lines().size() >= lines || client.has_ended();
        });
    }
    [[nodiscard]] bool await_end(ConsumerClient& client) {
        return run_until(context, [&] {
            client.read();
            return client.has_ended();
        });
    }
    // What most of them say.
    static constexpr auto bot = R"({"consumer":"bot","ack":true})";

    // Says hello and takes the answer.
    [[nodiscard]] ConsumerClient come(const std::string& hello) {
        ConsumerClient client(options.path);
        client.say(fmt::format(R"({{"hello":{}}})", hello));
        EXPECT_TRUE(await_lines(client, 1));
        return client;
    }

    [[nodiscard]] const ConnectedConsumer* find(std::string_view name) {
        known = sink->connected();
        for (const auto& consumer : known) {
            if (consumer.name == name) return &consumer;
        }
        return nullptr;
    }
    [[nodiscard]] std::uint64_t cursor_of(std::string_view name) {
        const auto* const consumer = find(name);
        return consumer != nullptr ? consumer->cursor : 0;
    }

    // What the consumer's file says. After stop().
    [[nodiscard]] std::optional<std::uint64_t> saved_cursor(const std::string& name) {
        std::ifstream file(folder / (name + ".cursor"), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto cursor = decode_cursor(text);
        return cursor ? std::optional(cursor->acked) : std::nullopt;
    }

    static std::vector<std::uint64_t> range(std::uint64_t first, std::uint64_t last) {
        std::vector<std::uint64_t> all(last + 1 - first);
        std::iota(all.begin(), all.end(), first);
        return all;
    }

    TemporaryFolder folder;
    TemporaryFolder socket_folder;
    asio::io_context context;
    SpoolOptions spool_options;
    UnixSinkOptions options;
    LogLines log;
    LineOrigin origin{"conduit-1", "3"};
    std::unique_ptr<SpoolThread> spool;
    std::optional<Feed> feed;
    std::optional<SpoolConsumers> consumers;
    std::unique_ptr<UnixSink> sink;
    std::uint64_t appended = 0;
    std::vector<ConnectedConsumer> known;
};

}  // namespace conduitd::test
