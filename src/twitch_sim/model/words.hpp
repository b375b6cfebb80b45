#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace twitch_sim {

// Words that stand in one text, between bars: "empty|absent|null".

[[nodiscard]] std::optional<std::size_t> position_of_word(std::string_view words,
                                                          std::string_view word);

// `position` is that of a word.
[[nodiscard]] std::string_view word_at(std::string_view words, std::size_t position);

// One text, made at once. Frames are made so, thousands a second: a formatter takes several times
// as long.
[[nodiscard]] std::string join(std::initializer_list<std::string_view> parts);

// "`empty`, `absent` or `null`".
[[nodiscard]] std::string list_words(std::string_view words);

}  // namespace twitch_sim
