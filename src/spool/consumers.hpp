#pragma once

#include "spool/cursor.hpp"
#include "spool/error.hpp"
#include "spool/file_calls.hpp"
#include "spool/options.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

struct ConsumerStatus {
    std::string name;
    std::uint64_t acked = 0;
    WallTime seen_at{};
    bool is_attached = false;
    bool is_expired = false;           // not seen for `consumer_ttl`: it holds no segment
    std::uint64_t records_behind = 0;  // that it has not acked; as the spool counts them
};

// The consumers that have a cursor, and the files that keep it.
class Consumers {
public:
    // `files` outlives this object.
    Consumers(FileSystem& files, const SpoolId& spool_id, const SpoolOptions& options);

    // As its file has it.
    void restore(const std::string& name, const Cursor& cursor);

    // The consumer is there; one without a cursor gets one at `acked_if_new`, saved at once.
    // Answers where its cursor stands. Errors: bad_consumer_name, too_many_consumers, those of
    // writing its file.
    [[nodiscard]] Result<std::uint64_t> attach(const std::string& name, std::uint64_t acked_if_new,
                                               WallTime now);
    void detach(const std::string& name, WallTime now);

    // Cursors do not go back: a lower number changes nothing. Errors: unknown_consumer.
    [[nodiscard]] ErrorCode ack(const std::string& name, std::uint64_t sequence);

    // Forgets the consumer and its file. Errors: unknown_consumer, consumer_is_connected, those of
    // removing the file.
    [[nodiscard]] ErrorCode remove(const std::string& name);

    // Writes the cursors that changed; goes on over those that cannot be written, and answers the
    // first error.
    [[nodiscard]] ErrorCode save(WallTime now);
    [[nodiscard]] bool needs_saving(WallTime now) const;

    // Every consumer that counts has acked up to here, and its file says so. Empty as long as there
    // was no consumer.
    [[nodiscard]] std::optional<std::uint64_t> passed(WallTime now) const;

    // The same without asking for the files; 0 as long as there was no consumer.
    [[nodiscard]] std::uint64_t acked_by_all(WallTime now) const;
    // The same of those too that do not count any more.
    [[nodiscard]] std::uint64_t acked_by_everybody() const;

    // One that counts and has not acked `sequence`, if there is any: one that is not there rather
    // than one that is.
    [[nodiscard]] std::optional<ConsumerStatus> behind(std::uint64_t sequence, WallTime now) const;

    // The highest cursor; 0 without one.
    [[nodiscard]] std::uint64_t highest() const;

    [[nodiscard]] std::vector<ConsumerStatus> status(WallTime now) const;

private:
    struct Consumer {
        std::uint64_t acked = 0;
        WallTime seen_at{};
        bool is_attached = false;
        Cursor saved;  // what the file has
    };
    using Entry = std::map<std::string, Consumer>::value_type;

    [[nodiscard]] bool is_expired(const Consumer& consumer, WallTime now) const;
    [[nodiscard]] static bool is_changed(const Consumer& consumer, WallTime now);
    [[nodiscard]] ErrorCode save(Entry& entry, WallTime now);
    [[nodiscard]] bool make_room(WallTime now);

    FileSystem* files_;
    SpoolId spool_id_;
    Duration ttl_;
    std::size_t consumers_max_;
    Durability durability_;
    std::map<std::string, Consumer> consumers_;
};

}  // namespace conduitd
