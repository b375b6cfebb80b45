#include "worker/conduit_texts.hpp"

#include "base/quote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace conduitd {
namespace {

// Twitch allows five (conduit guide): whatever else answers must not fill the log.
constexpr std::size_t described_max = 10;

std::string_view plural(std::uint32_t count) {
    return count == 1 ? "" : "s";
}

}  // namespace

std::string describe(const std::vector<Conduit>& conduits) {
    std::string text;
    for (std::size_t i = 0; i < std::min(conduits.size(), described_max); ++i) {
        const auto count = conduits[i].shard_count;
        text += fmt::format("{}{} ({} shard{})", text.empty() ? "" : ", ",
                            printable(conduits[i].id), count, plural(count));
    }
    if (conduits.size() > described_max) {
        text += fmt::format(" and {} more", conduits.size() - described_max);
    }
    return text.empty() ? "none" : text;
}

std::string describe_missing(std::string_view id, const std::vector<Conduit>& conduits) {
    return fmt::format(
        "conduit {} does not exist, or belongs to another client id; this client id has: {}",
        printable(id), describe(conduits));
}

std::string describe_gone(std::string_view id, const std::vector<Conduit>& conduits) {
    return fmt::format(
        "conduit {}, which this host has served before, does not exist any more; this client id "
        "has: {}. If that is meant, set conduit.id to one that exists, or remove conduit.json from "
        "the state folder, or set conduit.recreate to serve whatever there is, or a new one",
        printable(id), describe(conduits));
}

std::string describe_several(const std::vector<Conduit>& conduits) {
    return fmt::format(
        "conduit.id is `auto`, but this client id has several conduits: {}. Set conduit.id to one "
        "of them",
        describe(conduits));
}

std::string describe_out_of_range(const ConduitWish& wish, const Conduit& conduit,
                                  std::string_view growth_refusal) {
    const auto why =
        growth_refusal.empty()
            ? std::string("choose one of those, or raise the conduit's shard count")
            : fmt::format("it could not be grown to {} ({})", wish.shard_count, growth_refusal);
    if (conduit.shard_count == 0) {
        return fmt::format("shard.id is {}, but conduit {} has no shards: {}", wish.shards.text(),
                           printable(conduit.id), why);
    }
    return fmt::format("shard.id is {}, but conduit {} has the shards 0-{}: {}", wish.shards.text(),
                       printable(conduit.id), conduit.shard_count - 1, why);
}

std::string describe_out_of_range(const ConduitWish& wish) {
    return fmt::format(
        "shard.id is {}, but the conduit to be created would have the shards 0-{}: raise "
        "conduit.shard_count",
        wish.shards.text(), wish.shard_count - 1);
}

std::string describe_refused_creation(const ConduitWish& wish, std::string_view reason) {
    return fmt::format("Twitch does not create a conduit with {} shard{}: {}", wish.shard_count,
                       plural(wish.shard_count), reason);
}

std::string describe_limit_reached(std::string_view reason) {
    return fmt::format(
        "Twitch creates no conduit for this client id ({}), though it lists none: delete one that "
        "is not needed, or set conduit.id",
        reason);
}

}  // namespace conduitd
