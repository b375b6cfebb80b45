"""Planned stops, and readers of stdout that are slow or gone."""

import os
import re
import select
import signal
import subprocess
import threading
import time
import tty

import pytest

from programs import Program, binary, full_rate, ids_of, parse_lines, slowing_sanitizer
from waiting import wait_for

MEBIBYTE = 1024 * 1024


@pytest.fixture
def pipe():
    """Read end and write end; whatever is open at the end of the test is closed."""
    ends = list(os.pipe())
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            pass


def close_end(ends, position):
    os.close(ends[position])
    ends[position] = -1


def read_all(descriptor):
    """What comes until the end, by a thread; call the result for the lines."""
    chunks = []

    def run():
        while chunk := os.read(descriptor, MEBIBYTE):
            chunks.append(chunk)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def lines():
        thread.join()
        return b"".join(chunks).splitlines(keepends=True)

    return lines


def read_until(descriptor, is_enough):
    """The whole lines of what was read until then; a piece of another is left out."""
    text = b""
    while not is_enough():
        text += os.read(descriptor, MEBIBYTE)
    return [line for line in text.splitlines(keepends=True) if line.endswith(b"\n")]


def assert_rest_comes_at_the_next_start(sim, start, received):
    """What was written to the session comes out in two parts, which may overlap."""
    sent = sim.sent_ids()
    second = start(sim)
    second.wait_id(sent[-1])
    later = second.drain()
    earlier = ids_of(parse_lines(received))
    if later[0] in earlier:
        earlier = earlier[: earlier.index(later[0])]
    assert earlier + later == sent


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) * 1024


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "INT"])
def test_what_was_sent_until_the_close_comes_out(start_sim, start, number):
    sim = start_sim("--rate", str(full_rate()))
    daemon = start(sim)
    daemon.wait_lines(500)

    daemon.signal(number)

    assert daemon.end() == 0
    assert daemon.ids() == sim.sent_ids()
    assert [ended["code"] for ended in sim.state()["ended"]] == [1000]
    assert "conduitd: stopped" in daemon.log


@pytest.mark.parametrize("which_id", ["same", "fresh"])
@pytest.mark.parametrize("delay_ms", [0, 300, 3000])
def test_a_stop_in_the_middle_of_a_reconnect_loses_nothing(start_sim, start, which_id, delay_ms):
    sim = start_sim("--rate", str(full_rate()), "--reconnect-id", which_id)
    daemon = start(sim)
    daemon.wait_lines(500)

    sim.fault("welcome", delay_ms=delay_ms)
    sim.reconnect()
    daemon.wait_log("dialling the reconnect URL")

    assert daemon.drain() == sim.sent_ids()
    assert sim.state()["lost"] == 0


def test_what_is_held_back_is_delivered_when_the_stop_runs_out_of_time(start_sim, start):
    """The old session never ends, so what the new one brought waits for it.

    Whether the old one still had something to say nobody knows: that is not a clean stop.
    """
    sim = start_sim("--rate", "500", "--reconnect-id", "fresh")
    daemon = start(sim, CONDUITD_DRAIN_TIMEOUT="1")
    daemon.wait_lines(100)
    old = sim.wait_one_session()
    sim.fault("PATCH /helix/eventsub/conduits/shards", drop="after", times=1000)
    sim.reconnect()
    wait_for(lambda: [row for row in sim.sessions() if row["bound"] and row["id"] != old], "the move")
    sim.generate(0)
    sim.close(session=old, how="freeze")

    daemon.signal(signal.SIGTERM)

    assert daemon.end() == 75
    assert "the sessions were not read to their ends in time" in daemon.log
    assert daemon.ids() == sim.sent_ids()


def test_a_stop_before_anything_was_reached_is_clean(start, sim):
    sim.fault("POST /oauth2/token", status=503, times=1000)
    daemon = start(sim)
    daemon.wait_log("token request failed")

    assert daemon.drain() == []


def test_a_reader_that_goes_away_ends_the_daemon(start_sim, start, pipe):
    sim = start_sim("--rate", "500")
    daemon = start(sim, stdout=pipe[1])
    close_end(pipe, 1)
    assert os.read(pipe[0], 100)

    close_end(pipe, 0)

    assert daemon.end() == 75
    assert "the reader of stdout is gone" in daemon.log


def test_a_reader_that_goes_away_is_noticed_while_idle(sim, start, pipe):
    daemon = start(sim, stdout=pipe[1])
    close_end(pipe, 1)
    daemon.wait_ready()

    close_end(pipe, 0)

    assert daemon.end() == 75
    assert "the reader of stdout is gone" in daemon.log


@pytest.mark.parametrize("is_stalled", [False, True], ids=["reading", "stalled"])
def test_a_reader_that_goes_away_under_load_costs_the_session_nothing(
    start_sim, start, pipe, is_stalled
):
    """A write is under way then, so it is noticed twice: that is one reason to stop, not two orders."""
    sim = start_sim("--rate", str(full_rate() * 2))
    daemon = start(sim, stdout=pipe[1])
    close_end(pipe, 1)
    session = sim.wait_one_session()
    received = [] if is_stalled else read_until(pipe[0], lambda: sim.state()["sent"] > 3000)
    wait_for(lambda: sim.state()["sent"] > 3000, "load")

    close_end(pipe, 0)

    assert daemon.end() == 75
    assert "stopping now" not in daemon.log
    assert daemon.log.count("the reader of stdout is gone") == 1
    assert [(ended["id"], ended["code"]) for ended in sim.state()["ended"]] == [(session, 1000)]
    sim.generate(0)
    assert_rest_comes_at_the_next_start(sim, start, received)


def test_a_reader_that_goes_away_during_a_stop_does_not_cut_it_short(start_sim, start, pipe):
    sim = start_sim("--rate", str(full_rate() * 2))
    daemon = start(sim, stdout=pipe[1])
    close_end(pipe, 1)
    session = sim.wait_one_session()
    wait_for(lambda: sim.state()["sent"] > 3000, "load")

    daemon.signal(signal.SIGTERM)
    daemon.wait_log("worker: draining")
    close_end(pipe, 0)

    assert daemon.end() == 75
    assert "stopping now" not in daemon.log
    assert [(ended["id"], ended["code"]) for ended in sim.state()["ended"]] == [(session, 1000)]
    sim.generate(0)
    assert_rest_comes_at_the_next_start(sim, start, [])


def test_a_reader_that_pauses_gets_everything(start_sim, start, pipe):
    sim = start_sim("--rate", str(full_rate()))
    daemon = start(sim, stdout=pipe[1])
    close_end(pipe, 1)
    wait_for(lambda: sim.state()["sent"] > 4000, "4000 messages sent while nobody reads")
    session = sim.wait_one_session()

    lines = read_all(pipe[0])
    daemon.signal(signal.SIGTERM)

    assert daemon.end() == 0
    assert ids_of(parse_lines(lines())) == sim.sent_ids()
    assert [ended["id"] for ended in sim.state()["ended"]] == [session]


def test_a_reader_that_is_too_slow_is_told_what_is_gone(start_sim, start, pipe):
    sim = start_sim("--rate", str(full_rate() * 2))
    daemon = start(sim, stdout=pipe[1], CONDUITD_SPOOL_MAX_BYTES="4MiB")
    close_end(pipe, 1)
    wait_for(lambda: sim.state()["sent"] > 3000, "the first messages")
    before = resident_bytes(daemon.pid)
    daemon.wait_log("the spool is full", count=5)  # each is said at twice as much
    wait_for(lambda: sim.state()["sent"] > 12_000, "far more than the spool holds")
    grown = resident_bytes(daemon.pid) - before

    sim.generate(0)
    lines = read_all(pipe[0])
    daemon.signal(signal.SIGTERM)

    assert daemon.end() == 0
    received = parse_lines(lines())
    gaps = [line for line in received if line["metadata"]["message_type"] == "conduitd.gap"]
    ranges = [gap["payload"]["sequences"] for gap in gaps]
    gone = sum(lost["last"] - lost["first"] + 1 for lost in ranges)
    sent = sim.sent_ids()
    ids = ids_of(received)
    left = set(ids)
    assert ids == [message_id for message_id in sent if message_id in left]
    assert len(ids) + gone == len(sent)
    assert gone > 0
    assert grown < 16 * MEBIBYTE or slowing_sanitizer()


def test_a_reader_that_does_not_take_everything_in_time_gets_the_rest_later(start_sim, start, pipe):
    sim = start_sim("--rate", str(full_rate()))
    daemon = start(sim, stdout=pipe[1], CONDUITD_DRAIN_TIMEOUT="1")
    close_end(pipe, 1)
    wait_for(lambda: sim.state()["sent"] > 1000, "more than the pipe holds")

    daemon.signal(signal.SIGTERM)

    assert daemon.end() == 0
    assert re.search(r"not everything was taken in time: it waits for the next start records=\d", daemon.log)
    sim.generate(0)
    lines = read_all(pipe[0])()
    whole = [line for line in lines if line.endswith(b"\n")]
    assert len(lines) - len(whole) <= 1
    second = start(sim)
    second.wait_id(sim.sent_ids()[-1])
    later = second.drain()
    # What still lay in the pipe is written again: nobody knew that it would be read.
    earlier = ids_of(parse_lines(whole))
    assert earlier[: earlier.index(later[0])] + later == sim.sent_ids()


def test_a_reader_that_does_not_take_everything_in_time_is_left(start_sim, start, pipe):
    sim = start_sim("--rate", str(full_rate()))
    daemon = start(sim, stdout=pipe[1], CONDUITD_DRAIN_TIMEOUT="1", CONDUITD_SPOOL_DIR="memory")
    close_end(pipe, 1)
    wait_for(lambda: sim.state()["sent"] > 1000, "more than the pipe holds")

    daemon.signal(signal.SIGTERM)

    assert daemon.end() == 75
    assert re.search(r"did not take everything in time records_lost=\d", daemon.log)


def test_a_second_order_to_stop_does_not_wait(start_sim, start, pipe):
    sim = start_sim("--rate", str(full_rate()))
    daemon = start(sim, stdout=pipe[1], CONDUITD_DRAIN_TIMEOUT="300")
    close_end(pipe, 1)
    wait_for(lambda: sim.state()["sent"] > 1000, "more than the pipe holds")

    daemon.signal(signal.SIGTERM)
    daemon.wait_log("session left")  # from here on only the reader is waited for
    begin = time.monotonic()
    daemon.signal(signal.SIGTERM)

    assert daemon.end() == 0
    assert time.monotonic() - begin < 60


def test_stdout_may_be_a_file(start_sim, start, tmp_path):
    sim = start_sim("--rate", str(full_rate()))
    path = tmp_path / "lines"
    with open(path, "wb") as file:
        daemon = start(sim, stdout=file)
    wait_for(lambda: path.stat().st_size > MEBIBYTE, "lines in the file")

    daemon.signal(signal.SIGTERM)

    assert daemon.end() == 0
    assert ids_of(parse_lines(path.read_bytes().splitlines(keepends=True))) == sim.sent_ids()


def test_stdout_may_be_a_terminal(sim, start):
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    daemon = start(sim, stdout=theirs)
    os.close(theirs)
    daemon.wait_ready()

    sim.emit(count=3)
    text = b""
    while text.count(b"\n") < 3:
        wait_for(lambda: select.select([ours], [], [], 0)[0], f"three lines, after {text!r}")
        text += os.read(ours, MEBIBYTE)
    daemon.signal(signal.SIGTERM)

    assert daemon.end() == 0
    assert ids_of(parse_lines(text.splitlines(keepends=True))) == sim.sent_ids()
    os.close(ours)


def test_a_full_disk_ends_the_daemon(start_sim, start):
    sim = start_sim("--rate", "100")
    with open("/dev/full", "wb") as full:
        daemon = start(sim, stdout=full)

    assert daemon.end() == 75
    assert "stdout cannot be written" in daemon.log


def test_a_closed_stdout_is_refused(programs, sim, tmp_path):
    """Else the first socket would get its descriptor, and lines would go to Twitch."""
    command = ["/bin/sh", "-c", 'exec "$0" >&-', binary("CONDUITD_BIN")]
    environment = sim.environment(tmp_path / "state")

    daemon = programs.enter_context(
        Program(command, environment, tmp_path / "log", subprocess.DEVNULL)
    )

    assert daemon.wait_exit() == 75
    assert "stdout is closed" in daemon.log
