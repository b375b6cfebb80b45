#include "config/yaml_text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

namespace conduitd::settings {
namespace {

// Thrown by the handler through the parser, to end it.
struct Stop {
    int line;  // from 1
    std::string reason;
};

int line_of(const YAML::Mark& mark) {
    return mark.line + 1;
}

// Turns the parser's events into entries. A map's events are its keys and values in turn.
class Flattener : public YAML::EventHandler {
public:
    explicit Flattener(YamlText& out) : out_(out) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1) throw Stop{line_of(mark), "a second document; one file has one"};
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        if (maps_.empty() && list_depth_ == 0) return;  // a file without settings
        spoil_list();
        add(mark, YamlKind::empty, {});
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        throw Stop{line_of(mark), "anchors and aliases are not supported"};
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        refuse_properties(mark, tag, anchor);
        if (list_depth_ > 0) {
            add_item(value);
            return;
        }
        if (maps_.empty()) throw Stop{line_of(mark), "the file must be a map of settings"};
        if (maps_.back().key) {
            add(mark, YamlKind::word, value);
        } else {
            begin_key(mark, value);
        }
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        enter(mark, tag, anchor);
        if (maps_.empty() && list_depth_ == 0) {
            throw Stop{line_of(mark), "the file must be a map of settings, not a list"};
        }
        spoil_list();
        if (list_depth_ == 0) begin_list(mark);
        ++list_depth_;
    }
    void OnSequenceEnd() override {
        --depth_;
        if (--list_depth_ == 0) list_ = nullptr;
    }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        enter(mark, tag, anchor);
        spoil_list();
        if (list_depth_ > 0) {
            ++list_depth_;
            return;
        }
        std::string prefix;
        if (!maps_.empty()) {
            require_key(mark);
            prefix = *maps_.back().key + ".";
        }
        maps_.push_back({std::move(prefix), std::nullopt, 0, true, false});
    }
    void OnMapEnd() override {
        --depth_;
        if (list_depth_ > 0) {
            --list_depth_;
            return;
        }
        const bool was_empty = maps_.back().is_empty;
        maps_.pop_back();
        if (maps_.empty()) return;
        if (was_empty) keep(YamlKind::empty, {});
        maps_.back().key.reset();
    }

private:
    struct Map {
        std::string prefix;              // "shard."
        std::optional<std::string> key;  // with the prefix, while its value is awaited
        int key_line;
        bool is_empty;
        bool is_repeated;  // `key` was there before: its value is not kept
    };

    void enter(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        refuse_properties(mark, tag, anchor);
        if (++depth_ > yaml_depth_max) {
            throw Stop{line_of(mark), fmt::format("nested more than {} deep", yaml_depth_max)};
        }
    }

    // "?" is the tag of what has none, "!" that of what is quoted.
    void refuse_properties(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (anchor != 0) throw Stop{line_of(mark), "anchors and aliases are not supported"};
        if (!tag.empty() && tag != "?" && tag != "!") {
            throw Stop{line_of(mark), "tags are not supported; quote a value that begins with !"};
        }
    }

    void require_key(const YAML::Mark& mark) {
        if (!maps_.back().key) throw Stop{line_of(mark), "a key that is not a word"};
    }

    void begin_key(const YAML::Mark& mark, const std::string& key) {
        Map& map = maps_.back();
        map.is_empty = false;
        map.key = map.prefix + key;
        map.key_line = line_of(mark);
        if (map.key->size() > yaml_key_bytes_max) {
            throw Stop{map.key_line,
                       fmt::format("a key of more than {} bytes", yaml_key_bytes_max)};
        }
        if (lines_.size() == yaml_entries_max) {
            throw Stop{map.key_line, fmt::format("more than {} keys", yaml_entries_max)};
        }
        const auto [first, is_first] = lines_.emplace(*map.key, map.key_line);
        map.is_repeated = !is_first;
        if (is_first) return;
        out_.problems.push_back(
            {map.key_line, *map.key,
             fmt::format("given twice, first in line {}; keep one of them", first->second)});
    }

    void add(const YAML::Mark& mark, YamlKind kind, std::string value) {
        if (list_depth_ > 0) return;
        require_key(mark);
        keep(kind, std::move(value));
        maps_.back().key.reset();
    }

    void begin_list(const YAML::Mark& mark) {
        const auto count = out_.entries.size();
        add(mark, YamlKind::list, {});
        list_ = out_.entries.size() > count ? &out_.entries.back() : nullptr;
        is_first_item_ = true;
    }

    void add_item(const std::string& value) {
        if (list_ == nullptr) return;
        if (!std::exchange(is_first_item_, false)) list_->value += ',';
        list_->value += value;
    }

    // There is something else than words in it.
    void spoil_list() {
        if (list_ == nullptr) return;
        list_->kind = YamlKind::tree;
        list_->value.clear();
        list_ = nullptr;
    }

    void keep(YamlKind kind, std::string value) {
        const Map& map = maps_.back();
        if (map.is_repeated) return;
        out_.entries.push_back({*map.key, kind, std::move(value), map.key_line});
    }

    YamlText& out_;
    int documents_ = 0;
    int depth_ = 0;
    int list_depth_ = 0;         // maps inside of a list count as well
    YamlEntry* list_ = nullptr;  // while its items are words
    bool is_first_item_ = true;
    std::vector<Map> maps_;
    std::map<std::string, int> lines_;  // where each key was first seen
};

// Control characters are refused beforehand: yaml-cpp would take a byte 4 for the end of the file,
// and a zero for a sign of UTF-16.
std::optional<YamlProblem> refuse_text(const std::string& text) {
    if (text.size() > yaml_bytes_max) {
        return YamlProblem{1, {}, fmt::format("the file has more than {} bytes", yaml_bytes_max)};
    }
    const auto is_foreign = [](char c) {
        const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        return is_control && c != '\t' && c != '\n' && c != '\r';
    };
    const auto foreign = std::ranges::find_if(text, is_foreign);
    if (foreign == text.end()) return std::nullopt;
    const auto line = 1 + static_cast<int>(std::count(text.begin(), foreign, '\n'));
    return YamlProblem{line, {}, "a control character; the file must be plain UTF-8 text"};
}

// The number of the last line that is not empty behind the last line break.
int last_line(const std::string& text) {
    const auto breaks = static_cast<int>(std::ranges::count(text, '\n'));
    return text.empty() || text.ends_with('\n') ? std::max(breaks, 1) : breaks + 1;
}

// yaml-cpp calls a tab in front of a key by many names; this one a person understands.
std::string tab_hint(const std::string& text) {
    const auto at = text.starts_with('\t') ? 0 : text.find("\n\t");
    if (at == std::string::npos) return {};
    const auto line = 1 + std::ranges::count(std::string_view(text).substr(0, at + 1), '\n');
    return fmt::format("; line {} is indented with a tab, YAML takes only blanks", line);
}

// yaml-cpp names an unknown anchor behind a colon, and the "anchor" may be a secret that begins
// with an asterisk and lacks its quotes.
std::string without_names(const std::string& message) {
    return fmt::format("not valid YAML: {}", message.substr(0, message.find(':')));
}

}  // namespace

YamlText read_yaml(const std::string& text) {
    YamlText out;
    const auto give_up = [&out](int line, std::string what) {
        out.problems.push_back({line, {}, std::move(what)});
        out.is_whole = false;
    };
    if (auto problem = refuse_text(text)) {
        give_up(problem->line, std::move(problem->what));
        return out;
    }

    // yaml-cpp takes a quote for closed when nothing but blanks stand between the last line break
    // and the end of the file; the comment makes it say that the quote is open.
    std::istringstream stream(text + "\n#");
    Flattener flattener(out);
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(flattener)) {
        }
    } catch (const Stop& stop) {
        give_up(stop.line, stop.reason);
    } catch (const YAML::Exception& error) {
        give_up(std::clamp(line_of(error.mark), 1, last_line(text)),
                without_names(error.msg) + tab_hint(text));
    } catch (const std::exception&) {
        give_up(1, "not valid YAML");
    }
    return out;
}

}  // namespace conduitd::settings
