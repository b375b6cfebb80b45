"""The Unix socket: consumers with and without acks, and what each of them is owed."""

import random
import signal

import pytest

from control import Ctl
from kill_rounds import run_kills
from losses import gaps_of
from programs import full_rate
from unix_consumer import UnixConsumer, UnixListener
from waiting import wait_for

ERROR = "conduitd.error"


@pytest.fixture
def path(tmp_path):
    """Where consumers connect."""
    return tmp_path / "state" / "events-0.sock"


@pytest.fixture
def connect(programs, path):
    return lambda: programs.enter_context(UnixConsumer.connect(path))


@pytest.fixture
def start_unix(start):
    def start_one(twitch, **variables):
        daemon = start(twitch, **{"CONDUITD_SINK_TYPE": "unix", **variables})
        daemon.wait_ready()
        return daemon

    return start_one


@pytest.fixture
def daemon(sim, start_unix):
    return start_unix(sim)


@pytest.fixture
def bot(daemon, connect):
    """A consumer with acks."""
    consumer = connect()
    consumer.hello(consumer="bot", ack=True)
    return consumer


def reason_of(line):
    assert line["metadata"]["message_type"] == ERROR, line
    return line["payload"]["reason"]


# --- who says nothing ---


def test_who_says_nothing_gets_everything(sim, daemon, connect):
    before = sim.emit(count=3)
    plain = connect()

    plain.wait_id(before[-1])
    after = sim.emit(count=2)
    plain.wait_id(after[-1])

    assert plain.ids() == before + after
    daemon.wait_log("consumer connected consumer=default kind=reads")
    assert daemon.drain() == []  # stdout is for nobody


def test_who_has_nothing_to_say_need_not_wait(sim, daemon, connect):
    """As `nc -U` with its input at its end: it goes on reading."""
    plain = connect()
    plain.end_input()

    (received,) = sim.emit()
    plain.wait_id(received)

    assert plain.is_open
    daemon.drain()


def test_what_was_read_does_not_come_again(sim, daemon, connect):
    first = connect()
    read = sim.emit(count=3)
    first.wait_id(read[-1])
    first.kill()
    daemon.wait_log("consumer disconnected consumer=default")
    second = connect()

    (later,) = sim.emit()
    second.wait_id(later)

    assert second.ids() == [later]
    daemon.drain()


def test_a_second_look_takes_nothing_from_the_first_reader(sim, daemon, connect):
    first = connect()
    daemon.wait_log("consumer connected consumer=default")
    earlier = sim.emit(count=2)
    first.wait_id(earlier[-1])
    look = connect()
    daemon.wait_log("kind=tail")

    (later,) = sim.emit()
    look.wait_id(later)
    first.wait_id(later)

    assert look.ids() == [later]
    assert first.ids() == [*earlier, later]
    daemon.drain()


# --- acks ---


def test_what_was_not_acked_comes_again(sim, daemon, bot, connect):
    ids = sim.emit(count=5)
    bot.wait_id(ids[-1])
    bot.ack(bot.wait_id(ids[1]))
    bot.kill()

    again = connect()
    again.hello(consumer="bot", ack=True)
    again.wait_id(ids[-1])

    assert again.ids() == ids[2:]
    assert [line["seq"] for line in again.lines()] == [line["seq"] for line in bot.lines()[2:]]
    daemon.kill()


def test_after_counts_as_an_ack(sim, daemon, bot, connect):
    ids = sim.emit(count=4)
    bot.wait_id(ids[-1])
    known = bot.wait_id(ids[2])
    bot.kill()  # it never acked
    second = connect()
    second.hello(consumer="bot", ack=True, after=known)
    second.wait_id(ids[-1])
    second.kill()

    third = connect()
    third.hello(consumer="bot", ack=True)
    third.wait_id(ids[-1])

    assert second.ids() == third.ids() == ids[3:]
    daemon.kill()


def test_acks_outlive_the_daemon(sim, daemon, bot, connect, start_unix):
    ids = sim.emit(count=4)
    bot.wait_id(ids[-1])
    bot.ack(bot.wait_id(ids[1]))
    bot.kill()
    assert daemon.drain() == []

    start_unix(sim)
    again = connect()
    again.hello(consumer="bot", ack=True)
    again.wait_id(ids[-1])

    assert again.ids() == ids[2:]


def test_a_newer_connection_replaces_the_one_of_its_name(sim, daemon, bot, connect):
    ids = sim.emit(count=2)
    bot.ack(bot.wait_id(ids[0]))
    bot.wait_id(ids[1])

    newer = connect()
    newer.hello(consumer="bot", ack=True)

    last = bot.wait_end()
    assert last["metadata"]["message_type"] == "conduitd.replaced"
    assert last["payload"] == {"consumer": "bot"}
    newer.wait_id(ids[1])
    assert newer.ids() == ids[1:]
    daemon.kill()


def test_consumers_of_different_names_get_the_same(sim, daemon, bot, connect):
    other = connect()
    other.hello(consumer="archive", ack=True)

    ids = sim.emit(count=3)
    sequences = [consumer.wait_id(ids[-1]) for consumer in (bot, other)]

    assert bot.ids() == other.ids() == ids
    assert sequences[0] == sequences[1]
    for consumer in (bot, other):
        consumer.ack(sequences[0])
    daemon.drain()


# --- wishes ---


def test_types_pass_what_was_asked_for_and_the_cursor_the_rest(sim, daemon, connect):
    follower = connect()
    follower.hello(consumer="follower", ack=True, types=["channel.follow"])
    chat = sim.emit(count=3, type="channel.chat.message")
    follow = sim.emit(count=2, type="channel.follow")
    more_chat = sim.emit(count=3, type="channel.chat.message")
    follower.ack(follower.wait_id(follow[-1]))
    follower.kill()

    unfiltered = connect()
    unfiltered.hello(consumer="follower", ack=True)
    (last,) = sim.emit(type="channel.chat.message")
    unfiltered.wait_id(last)

    assert follower.ids() == follow
    assert not set(unfiltered.ids()) & set(chat + follow)
    assert unfiltered.ids()[-1] == last
    assert set(unfiltered.ids()) <= {*more_chat, last}  # passed once all before them is acked
    daemon.kill()


def test_raw_lines_are_what_twitch_sent(sim, daemon, bot, connect):
    raw = connect()
    raw.hello(consumer="raw", format="raw")

    (received,) = sim.emit()
    bot.ack(bot.wait_id(received))
    raw.wait_id(received)

    (annotated,) = bot.raw_lines
    assert raw.raw_lines[0].startswith(b'{"metadata":')
    assert annotated.endswith(raw.raw_lines[0][1:])
    daemon.drain()


def test_a_tail_sees_what_comes_from_now_on(sim, daemon, connect):
    before = sim.emit(count=3)
    bot = connect()
    bot.hello(consumer="bot", ack=True)
    bot.ack(bot.wait_id(before[-1]))  # they have come as far as consumers can see
    bot.kill()
    tail = connect()
    tail.hello(tail=True)

    (later,) = sim.emit()
    tail.wait_id(later)

    assert tail.ids() == [later]
    daemon.drain()  # nobody waits for a tail


def test_newest_is_where_a_consumer_of_that_name_begins_once(sim, daemon, connect):
    first = connect()
    early = sim.emit(count=2)
    first.wait_id(early[-1])
    newest = connect()
    newest.hello(consumer="bot", ack=True, **{"from": "newest"})
    later = sim.emit(count=2)
    newest.wait_id(later[-1])
    newest.kill()

    again = connect()
    again.hello(consumer="bot", ack=True, **{"from": "newest"})
    again.wait_id(later[-1])

    assert newest.ids() == again.ids() == later
    daemon.kill()


# --- what is refused ---


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"GET / HTTP/1.1\n", "not one line of JSON"),
        (b'{"hello":{"consumer":"bot","acks":true}}\n', "a member that is not known"),
        (b'{"hello":{"consumer":"../bot"}}\n', "consumer is a name"),
        (b'{"hello":{"consumer":"bot","after":10000}}\n', "is it of another spool?"),
        (b'{"hello":{"consumer":"bot","ack":true,"format":"raw"}}\n', "leave out ack"),
        (b'{"hello":{"tail":true,"consumer":"bot"}}\n', "a tail has no cursor"),
        (b'{"ack":1}\n', "an ack comes after a hello"),
        (b'{"hello":{"consumer":"' + b"b" * 100_000, "the line is too long"),
    ],
    ids=["http", "member", "name", "after", "raw", "tail", "ack", "long"],
)
def test_a_bad_line_ends_its_connection_alone(sim, daemon, bot, connect, line, reason):
    bad = connect()

    bad.send(line)

    assert reason in reason_of(bad.wait_end())
    (received,) = sim.emit()
    bot.ack(bot.wait_id(received))
    daemon.drain()


def test_an_ack_of_what_was_not_sent_is_refused_and_moves_nothing(sim, daemon, bot, connect):
    ids = sim.emit(count=2)
    sequence = bot.wait_id(ids[-1])

    bot.ack(sequence + 1)

    assert f"ack {sequence + 1} is above {sequence}" in reason_of(bot.wait_end())
    again = connect()
    again.hello(consumer="bot", ack=True)
    again.wait_id(ids[-1])
    assert again.ids() == ids
    daemon.kill()


def test_one_consumer_too_many_is_told(sim, start_unix, connect):
    start_unix(sim, CONDUITD_SINK_UNIX_MAX_CONSUMERS="1")
    first = connect()
    first.hello(consumer="first", ack=True)

    second = connect()
    second.send({"hello": {"consumer": "second", "ack": True}})

    assert "sink.unix.max_consumers" in reason_of(second.wait_end())
    (received,) = sim.emit()
    first.wait_id(received)


def test_names_beyond_the_limit_are_told_what_helps(sim, start_unix, connect, tmp_path):
    daemon = start_unix(sim, CONDUITD_SINK_UNIX_MAX_CONSUMERS="1")
    for name in ("first", "second"):
        consumer = connect()
        consumer.hello(consumer=name, ack=True)
        consumer.kill()
        daemon.wait_log(f"consumer disconnected consumer={name}")

    third = connect()
    third.send({"hello": {"consumer": "third", "ack": True}})

    reason = reason_of(third.wait_end())
    assert "2 names have one" in reason
    for what in ("sink.unix.max_consumers", "spool.consumer_ttl", "conduitctl consumers rm"):
        assert what in reason
    assert Ctl(tmp_path / "state")("consumers", "rm", "first").returncode == 0
    again = connect()
    assert again.hello(consumer="third", ack=True)["version"] == 1


# --- who is away, and who is slow ---


def test_who_was_absent_catches_up_from_the_disk(start_sim, start_unix, connect):
    sim = start_sim("--rate", "500")
    first = start_unix(sim, CONDUITD_SINK_UNIX_CONSUMERS="bot")
    wait_for(lambda: sim.state()["sent"] > 1000, "messages while nobody is there")
    assert first.drain() == []
    second = start_unix(sim)
    late = connect()

    late.hello(consumer="bot", ack=True)
    late.wait(lambda: len(late.raw_lines) > 1500, "what was sent before, and what comes now")
    late.ack(late.wait_id(sim.end_events()))

    assert late.ids() == sim.sent_ids()
    assert [gap["reason"] for gap in gaps_of(late.lines())] == ["process_stopped"]
    assert second.drain() == []


def test_a_declared_consumer_misses_nothing_before_it_first_comes(sim, start_unix, connect):
    daemon = start_unix(sim, CONDUITD_SINK_UNIX_CONSUMERS="bot")
    ids = sim.emit(count=3)
    bot = connect()

    bot.hello(consumer="bot", ack=True, **{"from": "newest"})
    bot.ack(bot.wait_id(ids[-1]))

    assert bot.ids() == ids
    daemon.drain()


def test_who_does_not_read_costs_the_others_nothing(sim, daemon, bot, connect):
    """More than sockets and the memory for those who keep up can take."""
    slow = connect()
    slow.hello(consumer="slow", ack=True)
    ids = []
    for _ in range(10):
        ids += sim.emit(count=10, pad_bytes=200_000)
        bot.ack(bot.wait_id(ids[-1]))

    for message_id in ids[::20]:
        slow.ack(slow.wait_id(message_id))
    slow.ack(slow.wait_id(ids[-1]))

    assert bot.ids() == slow.ids() == ids
    daemon.drain()


def test_the_status_counts_what_the_slowest_has_not_acked(sim, daemon, bot, tmp_path):
    ctl = Ctl(tmp_path / "state")
    ids = sim.emit(count=3)
    sequences = [bot.wait_id(message_id) for message_id in ids]
    assert ctl.status()["waiting"]["records"] == 3

    bot.ack(sequences[1])
    wait_for(lambda: ctl.status()["waiting"]["records"] == 1, lambda: f"{ctl.status()}")
    bot.ack(sequences[2])

    wait_for(lambda: ctl.status()["waiting"]["records"] == 0, lambda: f"{ctl.status()}")
    assert ctl.status()["counters"]["lines_written"] == 3
    daemon.drain()


# --- the socket ---


def test_a_socket_that_is_in_use_and_a_foreign_file_are_left_alone(sim, start, tmp_path):
    place = tmp_path / "events.sock"
    unix = {"CONDUITD_SINK_TYPE": "unix", "CONDUITD_SINK_UNIX_PATH": str(place)}
    first = start(sim, **unix)
    first.wait_ready()

    second = start(sim, **unix, CONDUITD_SPOOL_DIR="memory", CONDUITD_NAME="second")

    assert second.end() == 75
    assert "another process listens there" in second.log
    first.drain()

    place.write_text("precious")
    third = start(sim, **unix)
    assert third.end() == 78
    assert "something that is not a socket" in third.log
    assert place.read_text() == "precious"


# --- the end of the daemon ---


def test_a_stop_waits_for_acks(sim, start_unix, connect):
    daemon = start_unix(sim, CONDUITD_DRAIN_TIMEOUT="60")
    bot = connect()
    bot.hello(consumer="bot", ack=True)
    ids = sim.emit(count=2)
    sequence = bot.wait_id(ids[-1])
    daemon.signal(signal.SIGTERM)
    daemon.wait_log("worker: session left")
    assert daemon.is_running()

    bot.ack(sequence)

    assert daemon.end() == 0
    assert "it waits for the next start" not in daemon.log


def test_a_stop_without_acks_leaves_the_rest_to_the_next_start(sim, start_unix, connect):
    first = start_unix(sim, CONDUITD_DRAIN_TIMEOUT="1")
    bot = connect()
    bot.hello(consumer="bot", ack=True)
    ids = sim.emit(count=3)
    bot.ack(bot.wait_id(ids[0]))
    bot.wait_id(ids[-1])

    first.signal(signal.SIGTERM)

    assert first.end() == 0
    assert "not everything was taken in time: it waits for the next start records=2" in first.log
    bot.wait_end()
    start_unix(sim)
    again = connect()
    again.hello(consumer="bot", ack=True)
    again.wait_id(ids[-1])
    assert again.ids() == ids[1:]


def test_kills_lose_only_the_tails_of_sessions(start_sim, start, path):
    """Again and again under load, with a consumer that is killed too."""
    sim = start_sim("--rate", str(full_rate() // 2))
    seed = random.SystemRandom().getrandbits(32)

    figures = run_kills(sim, lambda: start(sim, CONDUITD_SINK_TYPE="unix"), path, 10, seed)

    assert figures["acked"] > 0
    assert figures["kills of the consumer"] > 0


# --- the daemon dials ---


def test_a_listener_may_come_late_and_go(sim, start_unix, programs, tmp_path):
    place = tmp_path / "bot.sock"
    dialled = {"CONDUITD_SINK_TYPE": "unix-connect", "CONDUITD_SINK_UNIX_PATH": str(place)}
    daemon = start_unix(sim, **dialled)
    early = sim.emit(count=2)
    listener = UnixListener(place)
    first = programs.enter_context(listener.accept())
    first.hello(consumer="bot", ack=True)
    first.ack(first.wait_id(early[0]))
    first.wait_id(early[1])

    listener.close()
    first.kill()
    daemon.wait_log("consumer disconnected consumer=bot")
    later = sim.emit(count=2)
    listener = UnixListener(place)
    second = programs.enter_context(listener.accept())
    second.hello(consumer="bot", ack=True)
    second.ack(second.wait_id(later[-1]))

    assert first.ids() == early
    assert second.ids() == [early[1], *later]
    listener.close()
    daemon.drain()
