"""One process goes on in the place of another: nothing is lost, and nothing comes twice."""

import fcntl
import json
import pathlib
import signal
import stat

import pytest

from control import Ctl
from kill_rounds import MortalConsumer
from losses import gaps_of
from programs import full_rate
from test_service_manager import Manager
from waiting import wait_for

APPENDED = "what came while a process took over is in the spool"
CLAIM = "PATCH /helix/eventsub/conduits/shards"
CLAIM_MS = 5000  # the time to stop the other process in
INCOMING = "state/auto/0/incoming"
BOUND_AGAIN = "what Twitch sent for a while may be missing"
STAYED = "the take-over came to nothing: going on as before"


@pytest.fixture
def sim(start_sim):
    """One that drops what is meant for a shard without a session."""
    return start_sim("--resend", "none")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events.sock"


@pytest.fixture
def start_unix(start, sim, path):
    """A daemon with the Unix socket; with arguments, as a process that takes over."""
    settings = {"CONDUITD_SINK_TYPE": "unix", "CONDUITD_SINK_UNIX_PATH": str(path)}
    return lambda *arguments, **more: start(sim, arguments=arguments, **settings | more)


@pytest.fixture
def consumer(path):
    """One that acks, and connects again whenever it has to."""
    with MortalConsumer(path, 0) as bot:
        bot.is_mortal = False
        yield bot


@pytest.fixture
def start_under_load(sim, start_unix, consumer):
    """Starts the process that is to be taken over from; events have come when this returns."""

    def start_one():
        process = start_unix()
        process.wait_ready()
        sim.generate(full_rate() // 2)
        wait_for(lambda: len(consumer.taken) > 100, "events")
        return process

    return start_one


@pytest.fixture
def between(start_unix, tmp_path):
    """Starts a newcomer, and calls with it while neither of the two has the spool's lock."""

    def start_one(what):
        lock = tmp_path / "state/auto/0/lock"
        held = lock.rename(lock.with_name("held"))
        lock.mkdir()  # nobody gets what is no file
        newcomer = start_unix("--take-over")
        with open(held, "rb") as file:
            wait_for(lambda: is_lock_free(file), lambda: newcomer.log)
        what(newcomer)
        lock.rmdir()
        held.rename(lock)
        return newcomer

    return start_one


def is_lock_free(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def check_all_came_once(sim, received):
    state = sim.state()
    assert (state["lost"], state["dropped"]) == (0, 0)
    assert received == sim.sent_ids()


def test_stdout_goes_on_in_the_middle_of_the_stream(sim, start):
    first = start(sim)
    first.wait_ready()
    sim.generate(full_rate() // 4)
    first.wait_lines(100)

    second = start(sim, arguments=["--take-over"])
    second.wait_log(APPENDED)
    assert first.wait_exit() == 0, first.log
    seen = len(first.raw_lines)
    wait_for(lambda: len(first.raw_lines) > seen + 100, lambda: second.log)
    first.wait_id(sim.end_events())
    second.signal(signal.SIGTERM)
    assert second.wait_exit() == 0, second.log
    first.end()

    assert second.raw_lines == []  # its own stdout is not written to
    check_all_came_once(sim, first.ids())
    assert gaps_of(first.lines()) == []


def test_a_consumer_that_acks_has_everything_once_over_several(
    sim, start_unix, start_under_load, consumer
):
    process = start_under_load()

    for _ in range(3):
        newcomer = start_unix("--take-over")
        newcomer.wait_log(APPENDED)
        assert process.wait_exit() == 0, process.log
        process = newcomer

    consumer.wait_taken(sim.end_events())
    consumer.check()
    process.drain()
    check_all_came_once(sim, list(consumer.taken))
    assert consumer.gaps == []


@pytest.fixture
def claimed(sim, start_unix, tmp_path):
    """Starts a newcomer that claims while the other stands still, with messages of its own."""

    def start_one(holder):
        before = sim.calls(CLAIM)
        sim.fault(CLAIM, delay_ms=CLAIM_MS)
        newcomer = start_unix("--take-over")
        wait_for(lambda: sim.calls(CLAIM) > before, lambda: holder.log)
        holder.signal(signal.SIGSTOP)
        newcomer.wait_log("claim accepted")
        wait_for(lambda: holds(tmp_path / INCOMING, '"notification"'), lambda: newcomer.log)
        return newcomer

    return start_one


def test_the_newcomer_dies_and_the_holder_goes_on(sim, start_under_load, claimed, consumer):
    holder = start_under_load()

    newcomer = claimed(holder)
    newcomer.kill()
    holder.signal(signal.SIGCONT)
    holder.wait_log(STAYED)
    holder.wait_log(BOUND_AGAIN)
    holder.wait_log(APPENDED)

    consumer.wait_taken(sim.end_events())
    (bound,) = (row for row in sim.sessions() if row["bound"])
    holder.drain()
    # What it had no time to read, and what had no session until the shard was claimed back, is told.
    (gap,) = consumer.gaps
    assert (gap["reason"], gap["shard_id"]) == ("process_died", "0")
    missing = {row["id"]: row["time"] for row in ledger(sim) if row["id"] not in consumer.taken}
    assert all(gap["since"] <= at <= gap["until"] for at in missing.values())
    assert bound["id"] in holder.log


def test_the_holder_dies_and_the_newcomer_goes_on_in_order(start_under_load, claimed, consumer, sim):
    holder = start_under_load()

    newcomer = claimed(holder)
    holder.kill()
    newcomer.wait_log(APPENDED)

    consumer.wait_taken(sim.end_events())
    consumer.check()
    newcomer.drain()
    sequences = [sequence for sequence, _ in consumer.taken.values()]
    assert sequences == sorted(set(sequences))


def test_a_holder_that_dies_is_told_as_a_gap(sim, start_unix, start_under_load, consumer):
    holder = start_under_load()
    sim.fault(CLAIM, delay_ms=CLAIM_MS)
    before = sim.calls(CLAIM)
    newcomer = start_unix("--take-over")
    wait_for(lambda: sim.calls(CLAIM) > before, lambda: holder.log)
    holder.signal(signal.SIGSTOP)
    newcomer.wait_log("claim accepted")
    holder.kill()

    consumer.wait_taken(sim.end_events())
    newcomer.drain()
    (gap,) = consumer.gaps
    assert (gap["reason"], gap["shard_id"]) == ("process_died", "0")
    missing = [row["time"] for row in ledger(sim) if row["id"] not in consumer.taken]
    assert all(gap["since"] <= at <= gap["until"] for at in missing)


def test_a_stop_between_the_two_is_obeyed(start_under_load, between):
    holder = start_under_load()

    newcomer = between(lambda _: holder.signal(signal.SIGTERM))

    assert holder.wait_exit() == 0, holder.log
    assert newcomer.wait_exit() == 0, newcomer.log
    assert "another process has taken over" in holder.log


def test_a_lock_that_nobody_has_for_long_is_had_again(
    sim, start_under_load, between, consumer
):
    holder = start_under_load()

    between(lambda newcomer: newcomer.wait_exit())

    holder.wait_log(STAYED)
    holder.wait_log(BOUND_AGAIN)
    consumer.wait_taken(sim.end_events())
    holder.drain()
    consumer.check()


def test_a_second_stop_between_the_two_ends_the_holder_alone(
    sim, start_under_load, between, consumer
):
    holder = start_under_load()

    def stop_twice(_):
        holder.signal(signal.SIGTERM)
        holder.signal(signal.SIGINT)
        assert holder.wait_exit() == 75, holder.log

    newcomer = between(stop_twice)

    consumer.wait_taken(sim.end_events())
    newcomer.drain()
    (gap,) = consumer.gaps
    assert gap["reason"] == "process_died"


def test_what_a_newcomer_left_is_in_the_spool_at_the_next_start(sim, start_unix, consumer, tmp_path):
    holder = start_unix()
    holder.wait_ready()
    newcomer = start_unix("--take-over")
    newcomer.wait_log("claim accepted")
    holder.signal(signal.SIGSTOP)
    (message,) = sim.emit()
    side = tmp_path / INCOMING
    wait_for(lambda: holds(side, message), lambda: newcomer.log)
    newcomer.kill()
    holder.kill()

    last = start_unix()
    consumer.wait_taken(message)
    wait_for(lambda: not side.exists(), lambda: last.log)
    last.drain()


def test_what_is_damaged_of_what_a_newcomer_left_is_told(sim, start_unix, consumer, tmp_path):
    holder = start_unix()
    holder.wait_ready()
    newcomer = start_unix("--take-over")
    newcomer.wait_log("claim accepted")
    holder.signal(signal.SIGSTOP)
    damaged, whole = sim.emit(count=2)
    side = tmp_path / INCOMING
    wait_for(lambda: holds(side, whole), lambda: newcomer.log)
    newcomer.kill()
    holder.kill()
    (segment,) = (file for file in side.glob("*.seg") if damaged.encode() in file.read_bytes())
    segment.write_bytes(segment.read_bytes().replace(damaged.encode(), b"?" * len(damaged)))

    last = start_unix()
    consumer.wait_taken(whole)
    wait_for(lambda: not side.exists(), lambda: last.log)
    last.drain()
    assert "spool_damaged" in [gap["reason"] for gap in consumer.gaps]


def test_the_socket_is_where_and_for_whom_the_new_settings_say(sim, start_unix, consumer, path, tmp_path):
    holder = start_unix()
    holder.wait_ready()

    opened = start_unix("--take-over", CONDUITD_SINK_UNIX_MODE="0666")
    opened.wait_log("consumer connected")
    assert stat.S_IMODE(path.stat().st_mode) == 0o666

    elsewhere = tmp_path / "elsewhere.sock"
    moved = start_unix("--take-over", CONDUITD_SINK_UNIX_PATH=str(elsewhere))
    assert opened.wait_exit() == 0, opened.log
    wait_for(lambda: elsewhere.exists() and not path.exists(), lambda: moved.log)
    moved.drain()


def test_a_changed_setting_is_refused_and_named(sim, start_unix, consumer, tmp_path):
    holder = start_unix()
    holder.wait_ready()

    other = start_unix("--take-over", CONDUITD_SPOOL_DIR=str(tmp_path / "other"))

    assert other.wait_exit() == 75
    assert "spool.dir has changed from" in other.log
    assert "that takes a restart" in other.log
    holder.wait_log("take-over refused")
    (message,) = sim.emit()
    consumer.wait_taken(message)
    assert holder.drain() == []


def test_a_spool_in_memory_is_refused(sim, start):
    holder = start(sim, CONDUITD_SPOOL_DIR="memory")
    holder.wait_ready()

    other = start(sim, arguments=["--take-over"], CONDUITD_SPOOL_DIR="memory")

    assert other.wait_exit() == 75
    assert "spool.dir is memory" in other.log
    assert holder.drain() == []


def test_with_nobody_to_take_over_from_it_starts(sim, start):
    daemon = start(sim, arguments=["--take-over"])
    daemon.wait_ready()
    sent = sim.emit()
    daemon.wait_id(sent[0])

    assert "there is nothing to take over" in daemon.log
    assert daemon.drain() == sent


def test_conduitctl_upgrade_starts_it_waits_and_says_who_goes_on(sim, start_unix, consumer, tmp_path):
    holder = start_unix()
    holder.wait_ready()
    sim.generate(full_rate() // 4)
    ctl = Ctl(tmp_path / "state")

    (done,) = ctl.json("upgrade")["workers"]

    assert done["is_done"] and done["pid"] != holder.pid
    assert ctl.status()["pid"] == done["pid"]
    assert holder.wait_exit() == 0, holder.log
    consumer.wait_taken(sim.end_events())
    consumer.check()
    assert ctl("drain").returncode == 0
    check_all_came_once(sim, list(consumer.taken))


def test_an_upgrade_to_what_does_not_start_says_why_and_changes_nothing(sim, start, tmp_path):
    config = tmp_path / "conduitd.yaml"
    config.write_text("log.level: info\n")
    holder = start(sim, CONDUITD_CONFIG=str(config))
    holder.wait_ready()
    config.write_text("log.level: loud\n")

    done = Ctl(tmp_path / "state")("upgrade")

    assert done.returncode == 1
    assert "it goes on as before: the new process has ended with exit code 78" in done.stderr
    assert "log.level" in holder.log  # the new one says so on the same stderr
    sent = sim.emit()
    holder.wait_id(sent[0])
    assert holder.drain() == sent


def test_hup_under_a_manager_tells_it_which_process_goes_on(sim, start_unix, tmp_path):
    with Manager(tmp_path / "notify") as manager:
        holder = start_unix(NOTIFY_SOCKET=manager.name)
        holder.wait_ready()
        manager.wait_line("READY=1")

        holder.signal(signal.SIGHUP)

        manager.wait_line("MAINPID=")
        manager.wait_line("READY=1", count=2)
        assert holder.wait_exit() == 0, holder.log
        said = [line for line in manager.lines if not line.startswith(("STATUS=", "MONOTONIC"))]
        assert said[:2] == ["READY=1", "RELOADING=1"]
        (pid,) = [line.partition("=")[2] for line in said if line.startswith("MAINPID=")]
        ctl = Ctl(tmp_path / "state")
        assert ctl.status()["pid"] == int(pid)
        assert ctl("drain").returncode == 0


def ledger(sim):
    return json.loads(sim.admin("GET", "/ledger"))["entries"]


def holds(folder, text):
    files = pathlib.Path(folder).glob("*.seg")
    return any(text.encode() in file.read_bytes() for file in files)
