#include "twitch_sim/model/words.hpp"

#include <algorithm>

namespace twitch_sim {
namespace {

std::string_view take_word(std::string_view& words) {
    const auto word = words.substr(0, words.find('|'));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    return word;
}

}  // namespace

std::optional<std::size_t> position_of_word(std::string_view words, std::string_view word) {
    for (std::size_t position = 0; !words.empty(); ++position) {
        if (take_word(words) == word) return position;
    }
    return std::nullopt;
}

std::string_view word_at(std::string_view words, std::size_t position) {
    for (; position > 0; --position) take_word(words);
    return take_word(words);
}

std::string join(std::initializer_list<std::string_view> parts) {
    std::size_t size = 0;
    for (const auto part : parts) size += part.size();
    std::string out(size, '\0');
    char* at = out.data();
    for (const auto part : parts) at = std::copy(part.begin(), part.end(), at);
    return out;
}

std::string list_words(std::string_view words) {
    std::string out;
    while (!words.empty()) {
        const auto word = take_word(words);
        if (!out.empty()) out += words.empty() ? " or " : ", ";
        out += '`';
        out += word;
        out += '`';
    }
    return out;
}

}  // namespace twitch_sim
