"""conduitctl consumers: who takes events from a running worker, and who is to be forgotten."""

import os

import pytest

from control import Ctl, exchange
from unix_consumer import UnixConsumer
from waiting import wait_for


@pytest.fixture
def ctl(tmp_path):
    return Ctl(tmp_path / "state")


@pytest.fixture
def daemon(sim, start):
    daemon = start(sim, CONDUITD_SINK_TYPE="unix", CONDUITD_SINK_UNIX_CONSUMERS="declared")
    daemon.wait_ready()
    return daemon


@pytest.fixture
def connect(programs, tmp_path):
    path = tmp_path / "state" / "events-0.sock"
    return lambda: programs.enter_context(UnixConsumer.connect(path))


def listed(ctl):
    """The consumers by name, and the live tails."""
    (worker,) = ctl.json("consumers", "list")["workers"]
    assert worker["is_done"], worker
    return {consumer["name"]: consumer for consumer in worker["consumers"]}, worker["tails"]


def test_the_list_says_who_is_there_and_how_far(sim, daemon, connect, ctl):
    bot, tail = connect(), connect()
    bot.hello(consumer="bot", ack=True)
    tail.hello(tail=True)
    ids = sim.emit(count=5)
    sequences = [bot.wait_id(message_id) for message_id in ids]
    bot.ack(sequences[2])

    wait_for(lambda: listed(ctl)[0]["bot"]["behind"] == 2, lambda: f"{listed(ctl)}")

    consumers, tails = listed(ctl)
    assert consumers.keys() == {"bot", "declared"}
    assert consumers["bot"]["acked"] == sequences[2]
    connection = consumers["bot"]["connection"]
    assert connection == {
        "kind": "acks",
        "pid": os.getpid(),
        "uid": os.getuid(),
        "position": sequences[-1] + 1,
        "records_sent": 5,
        "in_flight": 2,
    }
    assert (consumers["declared"]["connection"], consumers["declared"]["behind"]) == (None, 5)
    assert [row["kind"] for row in tails] == ["tail"]
    table = ctl("consumers", "list").stdout
    assert table.startswith("worker 0: 2 consumers, 1 live tails\n")
    assert f"acks, pid {os.getpid()}, uid {os.getuid()}, 2 in flight" in table
    daemon.kill()


def test_a_removed_consumer_holds_nothing_and_begins_anew(sim, daemon, connect, ctl):
    bot = connect()
    bot.hello(consumer="bot", ack=True)
    ids = sim.emit(count=2)
    bot.ack(bot.wait_id(ids[-1]))
    bot.kill()
    daemon.wait_log("consumer disconnected consumer=bot")

    done = ctl("consumers", "rm", "bot")

    assert done.returncode == 0, done
    assert done.stdout.startswith("worker 0: consumer bot removed")
    assert "bot" not in listed(ctl)[0]
    daemon.wait_log("removal of a consumer asked for uid=")
    again = connect()
    again.hello(consumer="bot", ack=True)
    again.wait_id(ids[-1])
    assert again.ids() == ids
    daemon.kill()


def test_who_is_connected_is_not_removed(sim, daemon, connect, ctl):
    bot = connect()
    bot.hello(consumer="bot", ack=True)

    done = ctl("consumers", "rm", "bot")

    assert done.returncode == 1
    assert "refused: the consumer is connected" in done.stderr
    (received,) = sim.emit()
    bot.ack(bot.wait_id(received))
    daemon.kill()


def test_the_status_names_the_slowest(sim, daemon, connect, ctl):
    bot = connect()
    bot.hello(consumer="bot", ack=True)
    received = sim.emit(count=5)[-1]
    bot.ack(bot.wait_id(received))

    slowest = "slowest consumer, declared, is"
    wait_for(lambda: slowest in ctl("status").stdout, lambda: ctl("status").stdout)

    assert ctl.status()["backlog"]["consumer"] == "declared"
    assert ctl.status()["backlog"]["bytes"] > 0
    daemon.kill()


def test_who_is_unknown_is_not_removed(daemon, ctl):
    document = ctl.json("consumers", "rm", "nobody", code=1)

    (worker,) = document["workers"]
    assert worker["error"] == "refused: there is no consumer of this name"
    daemon.drain()


@pytest.mark.parametrize(
    ("target", "status"),
    [("/consumers?name=nobody", 404), ("/consumers?name=declared", 200), ("/consumers", 400)],
    ids=["unknown", "declared", "unnamed"],
)
def test_any_client_may_ask(daemon, ctl, target, status):
    answer = exchange(ctl.path(), f"DELETE {target} HTTP/1.1\r\n\r\n".encode())

    assert answer.startswith(f"HTTP/1.1 {status} ")
    daemon.drain()


def test_stdout_is_a_consumer_too(sim, start, ctl):
    daemon = start(sim)
    daemon.wait_ready()
    (received,) = sim.emit()
    daemon.wait_id(received)

    wait_for(lambda: listed(ctl)[0]["stdout"]["behind"] == 0, lambda: f"{listed(ctl)}")

    consumers, _ = listed(ctl)
    assert consumers["stdout"]["connection"]["kind"] == "reads"
    assert ctl("consumers", "rm", "stdout").returncode == 1
    daemon.drain()
