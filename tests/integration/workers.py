"""Several daemons at one conduit: who has which shard, and what came of all that was sent."""

import json
import signal

from control import Ctl
from programs import ids_of
from waiting import TIMEOUT, wait_for

# A stand-by looks every 30 s, give or take a quarter, and leaves a fresh death to its owner for 5 s.
LOOKS = 180.0
# A bucket that was emptied is full again after a minute, and a fleet may empty it several times.
REFILLS = 270.0


def start_auto(start, sim, name, **rest):
    """A worker of this name, with whatever shard is to be had."""
    return start(sim, TWITCH_SHARD_ID=None, CONDUITD_NAME=name, **rest)


class Host:
    """A state folder of its own, as each machine and each container has one."""

    def __init__(self, start, sim, folder, **settings):
        self._start = lambda: start_auto(
            start, sim, None, CONDUITD_STATE_DIR=str(folder), **settings
        )
        self.ctl = Ctl(folder)
        self.processes = []  # the latest last

    @property
    def worker(self):
        return self.processes[-1]

    def start(self):
        self.processes.append(self._start())
        return self.worker

    def held(self):
        """Waits until its worker holds a shard; the shard."""
        return wait_for(lambda: self.ctl.status()["holds"], lambda: self.worker.log, LOOKS)


def enabled(sim):
    """The session of each enabled shard of the only conduit, by its number."""
    conduits = sim.state()["conduits"]
    shards = conduits[0]["shards"] if len(conduits) == 1 else ()
    return {
        int(shard["id"]): shard["transport"]["session_id"]
        for shard in shards
        if shard["status"] == "enabled"
    }


def shard_count(sim):
    (conduit,) = sim.state()["conduits"]
    return conduit["shard_count"]


def wait_each_has_one(sim, count, without=(), timeout=LOOKS):
    """Waits until so many shards are enabled, each at a session of its own and none of those."""

    def is_so():
        shards = enabled(sim)
        sessions = set(shards.values())
        is_settled = len(shards) == len(sessions) == count and not sessions & set(without)
        return is_settled and shards

    return wait_for(is_so, lambda: f"{count} shards at {count} sessions: {enabled(sim)}", timeout)


def statuses(ctl):
    """Of the workers that answer; some, or all, may not be there yet."""
    workers = json.loads(ctl("status", "--json").stdout)["workers"]
    return [row["status"] for row in workers if "status" in row]


def wait_holding(ctl, count):
    """Waits until so many workers say that they hold a shard; {name: shard}."""

    def is_so():
        held = {row["name"]: row["holds"] for row in statuses(ctl) if row["holds"]}
        return len(held) == count and held

    return wait_for(is_so, lambda: f"{count} workers hold a shard: {ctl('status').stdout}", LOOKS)


def wait_state(ctl, name, state):
    """Waits until the worker of this name is in that state; its status."""

    def is_so():
        found = (row for row in statuses(ctl) if (row["name"], row["state"]) == (name, state))
        return next(found, None)

    return wait_for(is_so, lambda: f"{name} in {state}: {ctl('status').stdout}", LOOKS)


def gaps(daemon):
    return [
        line["payload"]
        for line in daemon.lines()
        if line["metadata"]["message_type"] == "conduitd.gap"
    ]


def stop_all(daemons):
    """TERM to all of them at once; each has to end well."""
    for daemon in daemons:
        daemon.signal(signal.SIGTERM)
    for daemon in daemons:
        assert daemon.wait_exit(TIMEOUT) == 0, daemon.log
        daemon.end()


def check_nothing_is_missing(sim, daemons):
    """All that was sent came out of one of them, once; and nothing had nowhere to go.

    For daemons that have ended.
    """
    received = [message_id for daemon in daemons for message_id in ids_of(daemon.lines())]
    sent = sim.sent_ids()
    state = sim.state()
    assert (state["lost"], state["dropped"]) == (0, 0)
    assert set(received) == set(sent)
    assert len(received) == len(sent)
