#include "worker/vacancy.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace conduitd {
namespace {

// Of the shards, those that nobody reads, and has not read for the grace.
Vacancies find_free(const Listing& listing, const ShardSet& shards, Duration grace) {
    Vacancies vacancies;
    std::vector<std::uint32_t> free;
    for (const auto shard : shards) {
        const auto* const place = listing.find(shard);
        const bool is_fresh = place != nullptr && place->dead_for && *place->dead_for < grace;
        vacancies.has_fresh_deaths = vacancies.has_fresh_deaths || is_fresh;
        if (!is_fresh) free.push_back(shard);
    }
    vacancies.free = ShardSet(std::move(free));
    return vacancies;
}

std::uint32_t any_of(const ShardSet& shards, Random& random) {
    const auto index = static_cast<std::ptrdiff_t>(random.below(shards.size()));
    return *std::next(shards.begin(), index);
}

}  // namespace

Vacancies find_vacancies(const Listing& listing, std::string_view own_session, Duration grace) {
    auto vacancies = find_free(listing, listing.unserved(), grace);
    std::vector<std::uint32_t> guests;
    for (const auto& [session, shards] : listing.sessions()) {
        if (session != own_session) guests.insert(guests.end(), shards.begin() + 1, shards.end());
    }
    vacancies.guests = ShardSet(std::move(guests));
    return vacancies;
}

Vacancies find_vacancies(const Listing& listing, std::string_view own_session, Duration grace,
                         const ShardSet& wish) {
    std::vector<std::uint32_t> unserved;
    std::vector<std::uint32_t> guests;
    for (const auto shard : wish) {
        const auto* const place = listing.find(shard);
        if (place == nullptr || place->is_free()) {
            if (shard < listing.shard_count()) unserved.push_back(shard);
        } else if (place->is_being_verified) {
            continue;
        } else if (place->session_id != own_session && is_host(listing, place->session_id, wish)) {
            guests.push_back(shard);
        }
    }
    auto vacancies = find_free(listing, ShardSet(std::move(unserved)), grace);
    vacancies.guests = ShardSet(std::move(guests));
    return vacancies;
}

bool is_host(const Listing& listing, std::string_view session_id, const ShardSet& ours) {
    const auto carried = listing.at(session_id);
    return std::ranges::any_of(carried, [&](std::uint32_t id) { return !ours.contains(id); });
}

std::optional<std::uint32_t> choose_shard(const Vacancies& vacancies,
                                          std::optional<std::uint32_t> preferred, Random& random) {
    if (preferred &&
        (vacancies.free.contains(*preferred) || vacancies.guests.contains(*preferred))) {
        return preferred;
    }
    if (!vacancies.free.empty()) return any_of(vacancies.free, random);
    if (!vacancies.guests.empty()) return any_of(vacancies.guests, random);
    return std::nullopt;
}

}  // namespace conduitd
