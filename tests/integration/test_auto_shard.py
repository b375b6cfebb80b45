"""Workers that choose their shards, stand by for one, or give one up."""

import signal

from control import Ctl
from workers import LOOKS, enabled, gaps, start_auto, wait_each_has_one, wait_holding, wait_state
from waiting import wait_for


def test_two_of_one_shard_are_an_owner_and_a_spare(sim, start, tmp_path):
    ctl = Ctl(tmp_path / "state")
    spare = start(sim, TWITCH_SHARD_ID="0", CONDUITD_NAME="a")
    spare.wait_ready()
    owner = start(sim, TWITCH_SHARD_ID="0", CONDUITD_NAME="b")
    owner.wait_ready()

    spare.wait_log("somebody else has claimed the shard: it is theirs now", timeout=LOOKS)
    spare.wait_log("standing by", timeout=LOOKS)
    status = wait_state(ctl, "a", "standby")
    (at_owner,) = wait_each_has_one(sim, 1).values()
    assert (status["shard_id"], status["holds"]) == ("0", None)
    assert status["held_by"] == at_owner
    assert f"for the end of session {at_owner}" in ctl("status", "--socket", ctl.path("a")).stdout
    assert "worker b" in ctl("rotate", "--shard", 0).stdout
    assert spare.log.count("standing by") == 1
    wait_for(lambda: len(sim.sessions()) == 1, "the spare leaves its session")
    owner.wait_id(sim.emit(count=1)[0])

    owner.kill()
    (at_spare,) = wait_each_has_one(sim, 1, without=[at_owner]).values()
    wait_for(lambda: [gap["reason"] for gap in gaps(spare)] == ["unserved"], "the gap is told")
    spare.wait_id(sim.emit(count=1)[0])

    assert wait_state(ctl, "a", "holding")["session_id"] == at_spare
    spare.drain()


def test_each_takes_another_shard_and_the_fourth_takes_over(sim, start, tmp_path):
    ctl = Ctl(tmp_path / "state")
    sim.create_conduit(3)
    workers = {name: start_auto(start, sim, name) for name in "abc"}
    held = wait_each_has_one(sim, 3)
    assert set(wait_holding(ctl, 3).values()) == {"0", "1", "2"}
    fourth = start_auto(start, sim, "d")
    fourth.wait_log("standing by")
    status = wait_state(ctl, "d", "standby")
    assert (status["shard_id"], status["holds"], status["session_id"]) == ("auto", None, "")
    assert len(sim.sessions()) == 3

    lost = held[int(wait_holding(ctl, 3)["b"])]
    workers.pop("b").kill()
    taken = wait_each_has_one(sim, 3, without=[lost])

    # Another may have kept the dead one's shard for a while, and have been left with it.
    assert set(held.values()) - {lost} < set(taken.values())
    workers["d"] = fourth
    wait_for(
        lambda: sorted(wait_holding(ctl, 3).values()) == ["0", "1", "2"],
        "each of the three has one",
    )
    assert wait_holding(ctl, 3).keys() == workers.keys()
    wait_for(
        lambda: "unserved" in [gap["reason"] for worker in workers.values() for gap in gaps(worker)],
        "the gap is told",
    )
    sent = set(sim.emit(count=60))
    received = [set(worker.drain()) for worker in workers.values()]
    assert set.union(*received) == sent
    assert {line["shard_id"] for line in fourth.lines()} == {"auto"}


def test_a_full_conduit_ends_who_does_not_want_to_wait(sim, start):
    start(sim).wait_ready()

    full = start_auto(start, sim, "b", CONDUITD_SHARD_WHEN_FULL="exit")

    assert full.end() == 75
    assert "every shard of the conduit has a session" in full.log
    assert full.text() == ""


def test_the_superseded_ends_when_asked_to_and_its_next_start_tells_no_gap(sim, start):
    settings = {"CONDUITD_NAME": "a", "CONDUITD_SHARD_WHEN_SUPERSEDED": "exit"}
    first = start(sim, **settings)
    first.wait_ready()
    second = start(sim, CONDUITD_NAME="b")
    second.wait_ready()

    assert first.wait_exit(LOOKS) == 79
    assert "superseded: ending" in first.log

    again = start(sim, **settings)
    again.wait_ready()
    again.wait_id(sim.emit(count=1)[0])
    assert gaps(again) == []


def test_who_stood_by_tells_no_gap_of_that_time(sim, start, tmp_path):
    ctl = Ctl(tmp_path / "state")
    spare = start(sim, CONDUITD_NAME="a")
    spare.wait_ready()
    start(sim, CONDUITD_NAME="b").wait_ready()
    wait_state(ctl, "a", "standby")
    spare.drain()

    again = start(sim, CONDUITD_NAME="a")
    again.wait_ready()
    again.wait_id(sim.emit(count=1)[0])

    assert gaps(again) == []
    again.drain()


def test_a_worker_that_is_told_nothing_makes_a_conduit_and_takes_its_shard(sim, start, tmp_path):
    ctl = Ctl(tmp_path / "state")
    worker = start(sim, TWITCH_SHARD_ID=None)
    worker.wait_ready()

    same = start(sim, TWITCH_SHARD_ID=None)

    assert same.end() == 75
    assert "another worker of this name is running" in same.log
    status = ctl.status("--shard", 0)
    assert (status["name"], status["shard_id"], status["holds"]) == ("auto", "auto", "0")
    assert "  shard      auto: 0\n" in ctl("status").stdout
    assert (tmp_path / "state" / "auto" / "auto").is_dir()
    sent = sim.emit(count=5)
    worker.wait_id(sent[-1])
    assert worker.drain() == sent


def test_a_restarted_worker_takes_the_shard_that_it_had(sim, start, tmp_path):
    ctl = Ctl(tmp_path / "state")
    sim.create_conduit(8)
    worker = start_auto(start, sim, "a")
    worker.wait_ready()
    (had,) = enabled(sim)
    note = tmp_path / "state" / "last-bound-a.json"
    wait_for(lambda: note.exists() and f'"shards":"{had}"' in note.read_text(), "the note")
    worker.kill()

    worker = start_auto(start, sim, "a")
    worker.wait_ready()

    assert wait_holding(ctl, 1) == {"a": str(had)}
    wait_for(lambda: "process_died" in [gap["reason"] for gap in gaps(worker)], "the gap is told")


def test_a_shard_that_has_died_is_taken_from_the_number_too(sim, start):
    sim.create_conduit(2)
    start(sim, TWITCH_SHARD_ID="0", CONDUITD_NAME="a").wait_ready()
    dead = start(sim, TWITCH_SHARD_ID="1", CONDUITD_NAME="b")
    dead.wait_ready()
    dead.kill()

    heir = start_auto(start, sim, "c")
    heir.wait_ready()

    assert sorted(enabled(sim)) == [0, 1]
    heir.signal(signal.SIGTERM)
    assert heir.wait_exit() == 0
