#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace conduitd {

// Numbers of shards of one conduit: each once, in ascending order.
class ShardSet {
public:
    ShardSet() = default;
    ShardSet(std::initializer_list<std::uint32_t> ids) : ShardSet(std::vector(ids)) {}
    explicit ShardSet(std::vector<std::uint32_t> ids);  // in any order, and repeated

    void insert(const ShardSet& others);
    void erase(const ShardSet& others);
    [[nodiscard]] bool contains(std::uint32_t id) const;

    [[nodiscard]] bool empty() const { return ids_.empty(); }
    [[nodiscard]] std::size_t size() const { return ids_.size(); }
    // Precondition: not empty.
    [[nodiscard]] std::uint32_t lowest() const { return ids_.front(); }
    [[nodiscard]] std::uint32_t highest() const { return ids_.back(); }
    [[nodiscard]] auto begin() const { return ids_.begin(); }
    [[nodiscard]] auto end() const { return ids_.end(); }

    // The first `count` of them, or all.
    [[nodiscard]] ShardSet first(std::size_t count) const;

    // As a setting has it: "3", "4-7", "0,2,5-9". Two in a row are no range: "0,1".
    [[nodiscard]] std::string text() const;

    friend bool operator==(const ShardSet&, const ShardSet&) = default;

private:
    std::vector<std::uint32_t> ids_;
};

}  // namespace conduitd
