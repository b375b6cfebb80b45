"""The durable spool: what survives the daemon's end, of whatever kind, and what is told."""

import os
import signal
import subprocess

import pytest

from losses import gaps_of, missing_tails
from programs import parse_lines
from waiting import wait_for

SPOOL = ("state", "auto", "0")


def segments(tmp_path):
    return sorted(tmp_path.joinpath(*SPOOL).glob("*.seg"))


def test_a_restart_goes_on_where_the_reader_was(sim, start):
    first = start(sim)
    first.wait_ready()
    before = sim.emit(count=3)
    first.wait_id(before[-1])
    assert first.drain() == before

    second = start(sim)
    second.wait_ready()
    after = sim.emit(count=3)
    second.wait_id(after[-1])

    assert second.drain() == after
    sequences = [line["seq"] for line in first.lines() + second.lines() if "seq" in line]
    assert sequences == sorted(set(sequences))
    assert [gap["reason"] for gap in gaps_of(second.lines())] == ["process_stopped"]


def test_a_stopped_worker_tells_since_when_nothing_was_received(sim, start):
    first = start(sim)
    first.wait_ready()
    (received,) = sim.emit()
    first.wait_id(received)
    first.drain()

    second = start(sim)
    second.wait_log("what Twitch sent for a while may be missing")
    second.drain()

    (gap,) = gaps_of(second.lines())
    (line,) = [line for line in first.lines() if "message_id" in line["metadata"]]
    assert line["received_at"] < gap["since"] < gap["until"]
    assert (gap["reason"], gap["shard_id"], gap["sequences"]) == ("process_stopped", "0", None)


def test_a_killed_worker_tells_since_when_it_may_have_received_something(sim, start, tmp_path):
    first = start(sim)
    first.wait_ready()
    wait_for((tmp_path / "state/last-bound-0.json").exists, "it is written down")
    (received,) = sim.emit()
    first.wait_id(received)
    first.kill()

    second = start(sim)
    second.wait_log("what Twitch sent for a while may be missing")
    second.drain()

    (gap,) = gaps_of(second.lines())
    (line,) = [line for line in first.lines() if "message_id" in line["metadata"]]
    assert gap["reason"] == "process_died"
    assert gap["since"] <= line["received_at"] < gap["until"]


def test_the_first_start_of_all_tells_no_gap(sim, start):
    daemon = start(sim)
    daemon.wait_ready()
    (received,) = sim.emit()
    daemon.wait_id(received)

    assert daemon.drain() == [received]
    assert gaps_of(daemon.lines()) == []


def test_a_resend_is_dropped_across_a_restart(sim, start):
    first = start(sim)
    first.wait_ready()
    (received,) = sim.emit()
    first.wait_id(received)
    first.kill()

    second = start(sim)
    second.wait_ready()
    sim.admin("POST", "/emit", {"duplicate_of": received})
    (later,) = sim.emit()
    second.wait_id(later)

    second.drain()
    lines = [line for line in first.lines() + second.lines() if "seq" in line]
    of_message = {line["seq"] for line in lines if line["metadata"].get("message_id") == received}
    assert len(of_message) == 1  # it may come twice as a record, not as two


def test_kills_lose_only_the_tail_of_a_session(start_sim, start):
    """Again and again under load: what is missing is a suffix of what was sent to a session."""
    sim = start_sim("--rate", "1000")
    outputs = []
    for kills in range(1, 9):
        daemon = start(sim)
        daemon.wait_ready()
        wait_for(lambda: sim.state()["sent"] > kills * 300, "more messages")
        daemon.kill()
        raw = daemon.raw_lines
        outputs.append(parse_lines(raw if not raw or raw[-1].endswith(b"\n") else raw[:-1]))
    last = start(sim)
    last.wait_ready()
    last.wait_id(sim.end_events())  # what was sent before may be what a kill lost
    last.drain()
    outputs.append(last.lines())

    seen = {}
    for lines in outputs:
        sequences = [line["seq"] for line in lines if "seq" in line]
        assert sequences == sorted(set(sequences))
        for line in lines:
            if "message_id" in line["metadata"]:
                seen.setdefault(line["metadata"]["message_id"], line)
    sequences = [line["seq"] for line in seen.values()]
    assert sequences == sorted(sequences)
    received = {message_id: line["received_at"] for message_id, line in seen.items()}
    missing_tails(sim, received, gaps_of([line for lines in outputs for line in lines]))


def test_a_second_daemon_on_the_folder_is_told_who_has_it(sim, start, tmp_path):
    folder = str(tmp_path / "spool")
    first = start(sim, CONDUITD_SPOOL_DIR=folder)
    first.wait_ready()

    second = start(sim, CONDUITD_SPOOL_DIR=folder, CONDUITD_NAME="second")

    assert second.end() == 73
    assert f"pid {first.pid}: another process writes this spool" in second.log
    first.drain()


def test_a_folder_that_cannot_be_written_is_refused(sim, start, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    folder = tmp_path / "spool"
    folder.mkdir(mode=0o500)

    daemon = start(sim, CONDUITD_SPOOL_DIR=str(folder))

    assert daemon.end() == 73
    assert "the spool cannot be opened" in daemon.log


def test_a_foreign_format_is_refused_and_left_alone(sim, start, tmp_path):
    folder = tmp_path / "spool"
    folder.mkdir()
    file = folder / "00000000000000000001.seg"
    file.write_bytes(b"somebody else's file, long enough for a header of ours" * 4)
    before = file.read_bytes()

    daemon = start(sim, CONDUITD_SPOOL_DIR=str(folder))

    assert daemon.end() == 73
    assert file.name in daemon.log
    assert file.read_bytes() == before


def test_damage_is_skipped_and_told_in_its_place(start_sim, start, tmp_path):
    sim = start_sim()
    read_end, write_end = os.pipe()
    first = start(sim, stdout=write_end, CONDUITD_SPOOL_MAX_BYTES="8MiB", CONDUITD_DRAIN_TIMEOUT="1")
    os.close(write_end)
    first.wait_ready()
    sim.emit(count=1500)  # far less than the bound, which would tell gaps of its own
    wait_for(lambda: len(segments(tmp_path)) >= 12, "segments")
    first.signal(signal.SIGTERM)
    assert first.end() == 0
    os.close(read_end)
    files = segments(tmp_path)
    flipped = bytearray(files[5].read_bytes())
    flipped[len(flipped) // 2] ^= 0x40
    files[5].write_bytes(flipped)
    files[8].unlink()

    second = start(sim, CONDUITD_SPOOL_MAX_BYTES="8MiB")
    second.wait_id(sim.sent_ids()[-1])
    second.drain()

    damaged = [gap for gap in gaps_of(second.lines()) if gap["reason"] == "spool_damaged"]
    gone = sum(gap["sequences"]["last"] - gap["sequences"]["first"] + 1 for gap in damaged)
    assert len(damaged) == 2
    assert all(gap["bytes"] for gap in damaged[:1])
    ids = second.ids()
    left = set(ids)
    assert ids == [message_id for message_id in sim.sent_ids() if message_id in left]
    assert len(ids) + gone == len(sim.sent_ids())


def test_memory_says_what_it_gives_up(sim, start):
    daemon = start(sim, CONDUITD_SPOOL_DIR="memory")
    daemon.wait_ready()

    daemon.wait_log("what waits for the sink ends with the process")
    (received,) = sim.emit()
    daemon.wait_id(received)
    assert daemon.drain() == [received]


def test_an_always_synced_spool_delivers_all_the_same(start_sim, start):
    sim = start_sim("--rate", "500")
    daemon = start(sim, CONDUITD_SPOOL_SYNC="always")
    daemon.wait_ready()
    daemon.wait_lines(1000)
    daemon.wait_id(sim.end_events())

    assert daemon.drain() == sim.sent_ids()


def test_the_journal_is_refused_unless_allowed(sim, start, tmp_path):
    """The journal is a socket that $JOURNAL_STREAM names by device and inode."""
    with open(tmp_path / "out", "wb") as file:
        status = os.fstat(file.fileno())
        stream = f"{status.st_dev}:{status.st_ino}"
        refused = start(sim, stdout=file, JOURNAL_STREAM=stream)
        assert refused.end() == 78
        assert "sink.stdout.allow_journal" in refused.log

        allowed = start(
            sim, stdout=file, JOURNAL_STREAM=stream, CONDUITD_SINK_STDOUT_ALLOW_JOURNAL="true"
        )
        allowed.wait_ready()


def test_conduitctl_reads_the_spool_of_a_running_daemon(sim, start, tmp_path):
    daemon = start(sim)
    daemon.wait_ready()
    received = sim.emit(count=5)
    daemon.wait_id(received[-1])

    dump = subprocess.run(
        [os.environ["CONDUITCTL_BIN"], "spool", "dump", "--json", str(tmp_path.joinpath(*SPOOL))],
        capture_output=True,
        check=True,
    )

    assert all(message_id.encode() in dump.stdout for message_id in received)
    daemon.drain()
