#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// YAML as far as settings need it: nested maps of words and of lists of words, flattened to dotted
// keys.
//
// What YAML has beyond that is refused rather than guessed at (nulls, tags, anchors, a
// second document), and so is what yaml-cpp 0.7 would pass in silence (a key given twice, an open
// quote before the end of the file). The parser's events are read instead of its node tree: they
// have a line each, expand no alias, and end the parse before it has recursed deeply.
namespace conduitd::settings {

inline constexpr std::size_t yaml_bytes_max = 1024 * 1024;
inline constexpr std::size_t yaml_entries_max = 1000;
inline constexpr int yaml_depth_max = 8;
inline constexpr std::size_t yaml_key_bytes_max = 256;  // with the sections that it is in

enum class YamlKind {
    word,   // a scalar, quoted or not; `value` is its text
    list,   // of words; `value` has them with commas between them
    tree,   // a list of other things; `value` is empty
    empty,  // nothing, `~`, `null` or `{}`
};

struct YamlEntry {
    std::string key;  // "shard.id", from nested maps or written with the dot
    YamlKind kind;
    std::string value;
    int line;  // of the key, from 1
};

struct YamlProblem {
    int line;          // from 1
    std::string key;   // empty where the problem is not that of one key
    std::string what;  // never has a value in it: the value may be a secret
};

struct YamlText {
    std::vector<YamlEntry> entries;
    std::vector<YamlProblem> problems;
    bool is_whole = true;  // false: what follows the last problem has not been read
};

// Takes any bytes; the entries in front of a syntax error are kept.
[[nodiscard]] YamlText read_yaml(const std::string& text);

}  // namespace conduitd::settings
