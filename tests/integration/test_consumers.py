"""Consumers at a Unix socket: named, with acks, and what survives their end and the daemon's."""

import signal
import socket

import pytest

from consumer import Consumer

BOT = {"consumer": "bot", "ack": True}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events.sock"


@pytest.fixture
def listen(sim, start, path):
    """Starts a daemon that listens for consumers."""

    def listen_one(**variables):
        unix = {"CONDUITD_SINK_TYPE": "unix", "CONDUITD_SINK_UNIX_PATH": str(path)}
        daemon = start(sim, **unix, **variables)
        daemon.wait_ready()
        return daemon

    return listen_one


@pytest.fixture
def connect(programs, path):
    return lambda hello=None: programs.enter_context(Consumer.connect(path, hello))


def stop(daemon, *consumers):
    """A drain waits for the acks of those who are connected."""
    for consumer in consumers:
        consumer.close()
    daemon.signal(signal.SIGTERM)
    assert daemon.end() == 0, daemon.log


def test_a_plain_reader_gets_what_waits_and_what_comes(sim, listen, connect):
    daemon = listen()
    before = sim.emit(count=3)

    reader = connect()
    reader.wait_id(before[-1])
    after = sim.emit(count=2)
    reader.wait_id(after[-1])

    assert reader.ids() == before + after
    assert daemon.text() == ""
    stop(daemon)


def test_what_is_not_acked_comes_again_after_a_kill(sim, listen, connect):
    first = listen()
    bot = connect(BOT)
    ids = sim.emit(count=5)
    bot.wait_id(ids[-1])
    acked = bot.lines[2]
    bot.ack(acked["seq"])
    cursor = "consumer disconnected consumer=bot cursor=%d" % acked["seq"]
    bot.close()
    first.wait_log(cursor)
    stop(first)

    second = listen()
    (later,) = sim.emit()
    again = connect(BOT)
    again.wait_id(later)

    assert again.hello["spool"] == bot.hello["spool"]
    assert again.ids() == ids[3:] + [later]
    assert again.sequences() == sorted(set(again.sequences()))
    second.kill()

    third = listen()
    once_more = connect(BOT)
    once_more.wait_id(later)
    assert once_more.ids() == ids[3:] + [later]
    stop(third, once_more)


def test_a_drain_waits_for_the_acks_that_come(sim, listen, connect):
    daemon = listen()
    bot = connect(BOT)
    ids = sim.emit(count=3)
    bot.wait_id(ids[-1])

    daemon.signal(signal.SIGTERM)
    daemon.wait_log("draining")
    bot.ack(bot.sequences()[-1])

    assert daemon.end() == 0
    bot.wait_end()
    with listen() as next_one:
        again = connect(BOT)
        (later,) = sim.emit()
        again.wait_id(later)
        assert again.ids() == [later]
        stop(next_one, again)


def test_a_bot_is_redeployed_without_a_hole(sim, listen, connect):
    daemon = listen(CONDUITD_SINK_UNIX_MAX_CONSUMERS="1")
    old = connect(BOT)
    ids = sim.emit(count=3)
    old.wait_id(ids[-1])
    old.ack(old.sequences()[0])

    daemon.wait_log("consumer connected")
    new = connect(BOT)
    old.wait_end()
    (later,) = sim.emit()
    new.wait_id(later)

    assert old.lines[-1]["metadata"]["message_type"] == "conduitd.replaced"
    assert new.ids()[-3:] == ids[1:] + [later]
    stop(daemon, new)


def test_a_declared_consumer_misses_nothing_before_it_first_comes(sim, listen, connect):
    daemon = listen(CONDUITD_SINK_UNIX_CONSUMERS="bot")
    ids = sim.emit(count=3)

    bot = connect({**BOT, "from": "newest"})
    bot.wait_id(ids[-1])

    assert bot.ids() == ids
    stop(daemon, bot)


def test_one_that_dials_finds_the_bot_whenever_it_listens(sim, start, path):
    daemon = start(sim, CONDUITD_SINK_TYPE="unix-connect", CONDUITD_SINK_UNIX_PATH=str(path))
    daemon.wait_ready()
    ids = sim.emit(count=3)
    daemon.wait_log("there is no consumer")
    for round_ in range(2):
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()
            connection, _ = listener.accept()
            with Consumer(connection, BOT) as bot:
                bot.wait_id(ids[-1])
                assert bot.ids() == ids[round_:]
                bot.ack(bot.sequences()[0])
                daemon.wait_log("consumer connected", count=round_ + 1)
        daemon.wait_log("consumer disconnected", count=round_ + 1)
        path.unlink()
    stop(daemon)


def test_a_socket_that_is_in_use_and_a_foreign_file_are_left_alone(sim, start, listen, path):
    daemon = listen()
    second = start(
        sim,
        CONDUITD_SINK_TYPE="unix",
        CONDUITD_SINK_UNIX_PATH=str(path),
        CONDUITD_SPOOL_DIR="memory",
        CONDUITD_NAME="second",
    )
    assert second.end() == 75
    assert "another process listens there" in second.log
    stop(daemon)

    path.write_text("precious")
    third = start(sim, CONDUITD_SINK_TYPE="unix", CONDUITD_SINK_UNIX_PATH=str(path))
    assert third.end() == 78
    assert "something that is not a socket" in third.log
    assert path.read_text() == "precious"
