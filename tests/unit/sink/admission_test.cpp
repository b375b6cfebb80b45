// Who is let in as which consumer, and who is not.

#include "sink/hub_fixture.hpp"
#include "spool/error.hpp"

#include <gmock/gmock.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Admission = Hub;

TEST_F(Admission, SilentConnectionIsTheDefaultConsumer) {
    const auto key = hub.on_connect(start);
    EXPECT_EQ(hub.deadline(), start + 500ms);

    hub.on_deadline(start + 500ms, next);
    const auto asked = take<AttachConsumer>();
    hub.on_attached(asked, 40, next);

    EXPECT_EQ(asked.name, "default");
    EXPECT_EQ(hub.take_lines(key), "");  // it did not say hello
    feed(key, 50);
    const auto lines = hub.take_lines(key);
    hub.on_read(key, lines.size());
    EXPECT_EQ(take<SaveCursor>().acked, 50U);
    EXPECT_EQ(hub.deadline(), never);
}

// The bug: it became the default consumer, and took what was meant for that one.
TEST_F(Admission, WhoHasBegunALineIsNotSilent) {
    const auto slow = hub.on_connect(start);
    const auto endless = hub.on_connect(start);
    hub.on_line_begun(slow);
    hub.on_line_begun(endless);
    hub.on_line_begun(endless);

    hub.on_deadline(start + 500ms, next);
    EXPECT_FALSE(has_actions());
    hub.on_line(slow, hello_bot, next);
    EXPECT_EQ(take<AttachConsumer>().name, "bot");

    EXPECT_EQ(hub.deadline(), start + 5500ms);
    hub.on_deadline(start + 5500ms, next);
    EXPECT_EQ(take<EndConnection>().key, endless);
    EXPECT_THAT(hub.take_lines(endless), HasSubstr("the first line has no end"));
}

TEST_F(Admission, SecondUnnamedConnectionIsATail) {
    attach(R"({"hello":{}})");

    const auto second = hub.on_connect(start);
    hub.on_input_end(second, next);

    ASSERT_NE(hub.find(second), nullptr);
    EXPECT_EQ(hub.find(second)->kind(), ConsumerKind::tail);
    EXPECT_EQ(hub.find(second)->position(), next);
    EXPECT_FALSE(has_actions());
    hub.on_end(second);
    EXPECT_FALSE(has_actions());
}

TEST_F(Admission, NewerConnectionOfANameReplacesTheOlderOne) {
    const auto older = attach(hello_bot);
    feed(older, 50);
    hub.on_line(older, R"({"ack":45})", next);
    (void)take<SaveCursor>();
    (void)hub.take_lines(older);

    const auto newer = connect(hello_bot);

    EXPECT_THAT(hub.take_lines(older), HasSubstr("conduitd.replaced"));
    EXPECT_EQ(take<DetachConsumer>().name, "bot");
    EXPECT_EQ(take<EndConnection>().key, older);
    EXPECT_EQ(take<AttachConsumer>().key, newer);
    hub.on_line(older, R"({"ack":50})", next);  // too late
    hub.on_end(older);
    EXPECT_FALSE(has_actions());
}

TEST_F(Admission, ConnectionThatGoesBeforeItsCursorIsKnownLeavesNothingBehind) {
    const auto gone = connect(hello_bot);
    const auto first = take<AttachConsumer>();
    hub.on_end(gone);
    hub.on_attached(first, 40, next);
    EXPECT_EQ(take<DetachConsumer>().name, "bot");

    connect(hello_bot);
    const auto second = take<AttachConsumer>();
    connect(hello_bot);
    (void)take<EndConnection>();
    const auto third = take<AttachConsumer>();
    hub.on_attached(second, 40, next);
    EXPECT_FALSE(has_actions());  // the third has the name
    hub.on_attached(third, 40, next);
    EXPECT_NE(hub.find(third.key), nullptr);
}

TEST_F(Admission, OneTooManyIsToldSoAndClosed) {
    attach(hello_bot);
    attach(R"({"hello":{"consumer":"other"}})");
    connect(R"({"hello":{"tail":true}})");

    for (const auto* line : {R"({"hello":{"consumer":"third"}})", R"({"hello":{"tail":true}})"}) {
        const auto key = connect(line);
        EXPECT_EQ(take<EndConnection>().key, key) << line;
        EXPECT_THAT(hub.take_lines(key), HasSubstr("3 consumers are connected")) << line;
        hub.on_line(key, hello_bot, next);
        EXPECT_FALSE(has_actions()) << line;
        hub.on_end(key);
    }
}

// A bot is redeployed at the limit as well.
TEST_F(Admission, NewerConnectionOfANameIsNotOneTooMany) {
    const auto older = attach(hello_bot);
    attach(R"({"hello":{"consumer":"other"}})");
    connect(R"({"hello":{"tail":true}})");

    const auto newer = connect(hello_bot);

    (void)take<DetachConsumer>();
    EXPECT_EQ(take<EndConnection>().key, older);
    EXPECT_EQ(take<AttachConsumer>().key, newer);
}

TEST_F(Admission, StrangersHaveALimitOfTheirOwn) {
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(hub.has_room());
        hub.on_connect(start);
    }

    EXPECT_FALSE(hub.has_room());
}

TEST_F(Admission, RefusedByOthersIsToldWhy) {
    const auto key = hub.on_connect(start);

    hub.refuse(key, "not you");
    hub.refuse(key, "and not twice");

    const auto end = take<EndConnection>();
    EXPECT_EQ(end.key, key);
    EXPECT_EQ(end.why, "not you");
    EXPECT_FALSE(has_actions());
    EXPECT_THAT(hub.take_lines(key), HasSubstr(R"("reason":"not you")"));
    EXPECT_EQ(hub.deadline(), never);
}

TEST_F(Admission, CursorThatCannotBeMadeIsSaid) {
    const auto key = connect(hello_bot);

    hub.on_attached(take<AttachConsumer>(), make_error_code(boost::system::errc::io_error), next);

    EXPECT_EQ(take<EndConnection>().key, key);
    EXPECT_THAT(hub.take_lines(key), HasSubstr("there is no cursor for it: Input/output error"));
}

TEST_F(Admission, LimitOfCursorsIsSaidWithWhatHelps) {
    const auto key = connect(hello_bot);

    hub.on_attached(take<AttachConsumer>(), make_error_code(SpoolError::too_many_consumers), next);

    const auto why = take<EndConnection>().why;
    EXPECT_THAT(why, HasSubstr("there is no cursor for it: 8 names have one"));
    EXPECT_THAT(why, HasSubstr("sink.unix.max_consumers"));
    EXPECT_THAT(why, HasSubstr("spool.consumer_ttl"));
    EXPECT_THAT(why, HasSubstr("conduitctl consumers rm"));
    EXPECT_THAT(hub.take_lines(key), HasSubstr(why));
}

// Otherwise the cursor would count as held by somebody, and never expire.
TEST_F(Admission, CursorLeftToOneThatIsRefusedIsGivenBack) {
    connect(hello_bot);
    const auto first = take<AttachConsumer>();
    connect(hello_bot);
    (void)take<EndConnection>();
    const auto second = take<AttachConsumer>();
    hub.on_attached(first, 40, next);
    EXPECT_FALSE(has_actions());

    hub.on_attached(second, make_error_code(boost::system::errc::timed_out), next);

    EXPECT_EQ(take<EndConnection>().key, second.key);
    EXPECT_EQ(take<DetachConsumer>().name, "bot");
}

}  // namespace
}  // namespace conduitd
