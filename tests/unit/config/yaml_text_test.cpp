#include "config/yaml_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd::settings;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

namespace {

std::string repeated(std::string_view text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

// The one problem that ends the reading of `text`.
YamlProblem refused(const std::string& text) {
    const auto yaml = read_yaml(text);
    EXPECT_FALSE(yaml.is_whole);
    EXPECT_THAT(yaml.problems, SizeIs(1));
    return yaml.problems.empty() ? YamlProblem{} : yaml.problems.front();
}

}  // namespace

TEST(YamlText, NestedMapsBecomeDottedKeysWithTheirLines) {
    const auto yaml =
        read_yaml("# comment\nshard:\n  id: 3\nlog: {level: \"debug\"}\nsink.type: x\n");

    EXPECT_THAT(yaml.problems, IsEmpty());
    ASSERT_THAT(yaml.entries, SizeIs(3));
    EXPECT_EQ(yaml.entries[0].key, "shard.id");
    EXPECT_EQ(yaml.entries[0].value, "3");
    EXPECT_EQ(yaml.entries[0].line, 3);
    EXPECT_EQ(yaml.entries[1].key, "log.level");
    EXPECT_EQ(yaml.entries[1].value, "debug");
    EXPECT_EQ(yaml.entries[1].line, 4);
    EXPECT_EQ(yaml.entries[2].key, "sink.type");
}

TEST(YamlText, FileWithoutSettingsIsFine) {
    for (const auto* const text : {"", "\n", "# only a comment\n", "---\n", "---\n...\n",
                                   "\xef\xbb\xbf# with a byte order mark\n", "{}", "~"}) {
        const auto yaml = read_yaml(text);

        EXPECT_THAT(yaml.problems, IsEmpty()) << text;
        EXPECT_THAT(yaml.entries, IsEmpty()) << text;
        EXPECT_TRUE(yaml.is_whole) << text;
    }
}

TEST(YamlText, WindowsLineEndsAreLineEnds) {
    const auto yaml = read_yaml("a: 1\r\nb: 2\r\n");

    ASSERT_THAT(yaml.entries, SizeIs(2));
    EXPECT_EQ(yaml.entries[1].value, "2");
    EXPECT_EQ(yaml.entries[1].line, 2);
}

TEST(YamlText, DuplicateKeyIsReportedOnceAndTheFirstIsKept) {
    const auto yaml = read_yaml("a: 1\nb: 2\na: 3\n");

    ASSERT_THAT(yaml.problems, SizeIs(1));
    EXPECT_EQ(yaml.problems[0].line, 3);
    EXPECT_EQ(yaml.problems[0].key, "a");
    EXPECT_THAT(yaml.problems[0].what, HasSubstr("line 1"));
    ASSERT_THAT(yaml.entries, SizeIs(2));
    EXPECT_EQ(yaml.entries[0].value, "1");
}

TEST(YamlText, DuplicateSectionAndDottedTwinAreDuplicates) {
    EXPECT_THAT(read_yaml("a:\n  b: 1\na:\n  c: 2\n").problems, SizeIs(1));
    EXPECT_THAT(read_yaml("a:\n  b: 1\na.b: 2\n").problems, SizeIs(1));
}

TEST(YamlText, EmptyValuesAreSaidToBeEmpty) {
    const auto yaml = read_yaml("a:\nb: ~\nc: null\nd: {}\ne: \"\"\n");

    ASSERT_THAT(yaml.entries, SizeIs(5));
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(yaml.entries[static_cast<std::size_t>(i)].kind, YamlKind::empty) << i;
        EXPECT_EQ(yaml.entries[static_cast<std::size_t>(i)].line, i + 1);
    }
    EXPECT_EQ(yaml.entries[4].kind, YamlKind::word);
}

TEST(YamlText, ListOfWordsIsThoseWithCommas) {
    const auto yaml = read_yaml("a: [b, 'c d', 3]\ne:\n  - f\ng: []\nh: [i, [j], k]\n");

    EXPECT_THAT(yaml.problems, IsEmpty());
    ASSERT_THAT(yaml.entries, SizeIs(4));
    EXPECT_EQ(yaml.entries[0].kind, YamlKind::list);
    EXPECT_EQ(yaml.entries[0].value, "b,c d,3");
    EXPECT_EQ(yaml.entries[1].value, "f");
    EXPECT_EQ(yaml.entries[2].kind, YamlKind::list);
    EXPECT_EQ(yaml.entries[2].value, "");
    EXPECT_EQ(yaml.entries[3].kind, YamlKind::tree);
    EXPECT_EQ(yaml.entries[3].value, "");
}

TEST(YamlText, ListIsOneEntryWhateverIsInIt) {
    const auto yaml = read_yaml("a: [1, {b: 2, c: [3]}, ~]\nd:\n  - e: 1\n    f: 2\n  - 3\ng: 4\n");

    EXPECT_THAT(yaml.problems, IsEmpty());
    ASSERT_THAT(yaml.entries, SizeIs(3));
    EXPECT_EQ(yaml.entries[0].kind, YamlKind::tree);
    EXPECT_EQ(yaml.entries[1].kind, YamlKind::tree);
    EXPECT_EQ(yaml.entries[2].value, "4");
}

TEST(YamlText, SecondDocumentIsRefused) {
    EXPECT_EQ(refused("a: 1\n---\nb: 2\n").line, 2);
    EXPECT_THAT(refused("a: 1\n---\n").what, HasSubstr("second document"));
    EXPECT_THAT(refused("a: 1\n...\nb: 2\n").what, HasSubstr("second document"));
}

TEST(YamlText, TopLevelThatIsNoMapIsRefused) {
    for (const auto* const text : {"word", "[1, 2]", "- a\n- b\n", "\"quoted\"", "3"}) {
        EXPECT_THAT(refused(text).what, HasSubstr("map of settings")) << text;
    }
}

TEST(YamlText, SyntaxErrorKeepsItsLineAndWhatCameBefore) {
    const auto yaml = read_yaml("a: 1\nb:\n  c: 2\n\td: 3\n");

    EXPECT_FALSE(yaml.is_whole);
    ASSERT_THAT(yaml.problems, SizeIs(1));
    EXPECT_EQ(yaml.problems[0].line, 4);
    EXPECT_THAT(yaml.problems[0].what, HasSubstr("tab"));
    ASSERT_THAT(yaml.entries, SizeIs(1));
    EXPECT_EQ(yaml.entries[0].value, "1");
}

TEST(YamlText, BrokenSyntaxIsRefused) {
    for (const auto* const text : {"a: b: c", "a: [1, 2", "{a: 1", "a: 1\n}", "a:\n  b: 1\n c: 2\n",
                                   "a: @x", "a: `x`", "%YAML 9.9\n---\na: 1\n", "!<", "&", "*"}) {
        EXPECT_FALSE(read_yaml(text).is_whole) << text;
    }
}

// yaml-cpp 0.7 takes such a quote for closed when the file ends in a line break; everything behind
// the quote would silently be part of the value.
TEST(YamlText, OpenQuoteAtTheEndIsRefused) {
    for (const auto* const text : {"a: \"x\nb: 1\n", "a: 'x\nb: 1\n\n", "\"a\n", "a: \"\n"}) {
        EXPECT_THAT(refused(text).what, HasSubstr("EOF")) << text;
    }
}

TEST(YamlText, ErrorAtTheEndIsInALineThatTheFileHas) {
    EXPECT_EQ(refused("a: [\n").line, 1);
    EXPECT_EQ(refused("a: 1\nb: \"x").line, 2);
}

TEST(YamlText, TabInFrontOfAKeyIsNamed) {
    EXPECT_THAT(refused("a:\n\tb: 1\n").what, HasSubstr("line 2 is indented with a tab"));
}

TEST(YamlText, AnchorsAliasesAndTagsAreRefused) {
    EXPECT_THAT(refused("a: &x 1\nb: *x\n").what, HasSubstr("anchors"));
    EXPECT_THAT(refused("a: &x {c: 1}\n").what, HasSubstr("anchors"));
    EXPECT_THAT(refused("a: &x [1]\n").what, HasSubstr("anchors"));
    EXPECT_THAT(refused("a: !!int 010\n").what, HasSubstr("tags"));
    EXPECT_THAT(refused("a: !x {}\n").what, HasSubstr("tags"));
}

// A secret that begins with an asterisk and lacks its quotes.
TEST(YamlText, UnknownAliasIsNotNamed) {
    EXPECT_THAT(refused("a: *hunter2\n").what, Not(HasSubstr("hunter2")));
}

TEST(YamlText, KeyThatIsNoWordIsRefused) {
    for (const auto* const text : {"? [a]\n: b\n", "{{a: 1}: b}", ": b\n", "~: b\n"}) {
        EXPECT_THAT(refused(text).what, HasSubstr("key that is not a word")) << text;
    }
}

TEST(YamlText, DeepNestingIsRefusedWithoutRecursion) {
    for (const auto* const unit : {"[", "{a: ", "- ", "? ", "{? "}) {
        EXPECT_FALSE(read_yaml("a: [" + repeated(unit, 100'000)).is_whole) << unit;
        EXPECT_FALSE(read_yaml(repeated(unit, 100'000)).is_whole) << unit;
    }
    EXPECT_THAT(refused("a: " + repeated("[", 8) + repeated("]", 8)).what, HasSubstr("deep"));
    EXPECT_TRUE(read_yaml("a: " + repeated("[", 7) + repeated("]", 7)).is_whole);
}

TEST(YamlText, HugeFileIsRefused) {
    EXPECT_TRUE(read_yaml(std::string(yaml_bytes_max, '\n')).is_whole);
    EXPECT_THAT(refused(std::string(yaml_bytes_max + 1, '\n')).what, HasSubstr("1048576 bytes"));
}

TEST(YamlText, TooManyKeysAreRefused) {
    std::string text;
    for (std::size_t i = 0; i <= yaml_entries_max; ++i) text += "k" + std::to_string(i) + ": 1\n";

    EXPECT_EQ(refused(text).line, static_cast<int>(yaml_entries_max) + 1);
}

TEST(YamlText, LongKeyIsRefused) {
    EXPECT_TRUE(read_yaml("? " + std::string(yaml_key_bytes_max, 'k') + "\n: 1\n").is_whole);
    EXPECT_THAT(refused("? " + std::string(100'000, 'k') + "\n: 1\n").what, HasSubstr("256 bytes"));
}

TEST(YamlText, ControlCharacterIsRefusedWithItsLine) {
    EXPECT_EQ(refused(std::string("a: 1\nb: \x04\nc: 2\n")).line, 2);
    EXPECT_EQ(refused(std::string("a\0:\0", 4)).line, 1);
    EXPECT_EQ(refused("\x1b[2J").line, 1);
}

TEST(YamlText, BytesThatAreNotUtf8AreSurvived) {
    const auto yaml = read_yaml("a: \xff\xfe\xc3\nb: 1\n");

    EXPECT_TRUE(yaml.is_whole);
    EXPECT_THAT(yaml.entries, SizeIs(2));
}
