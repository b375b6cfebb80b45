#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace simulation {

// One seed a line; `#` begins a comment. nullopt when the file cannot be read, or holds something
// else.
[[nodiscard]] inline std::optional<std::vector<std::uint64_t>> read_seeds(const std::string& path) {
    std::ifstream file(path);
    if (!file) return std::nullopt;
    std::vector<std::uint64_t> seeds;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line.substr(0, line.find('#')));
        std::uint64_t seed = 0;
        if (words >> seed) {
            seeds.push_back(seed);
        } else if (!words.eof()) {
            return std::nullopt;
        }
    }
    return seeds;
}

}  // namespace simulation
