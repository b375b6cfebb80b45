"""What `fleet.py` measures: each run yields what it is, the figure, and its limit or None."""

import collections
import os
import random
import signal
import time

from id_consumer import IdConsumer
from other_sessions import OtherSessions
from programs import Conduitd
from twitch_sim import TwitchSim
from waiting import wait_for
from workers import enabled, wait_each_has_one

LEDGER_ENTRIES = 10_000_000
LONG = 900.0  # seconds that anything is waited for
START_SECONDS = 20
# Until the shards of the dead are at other workers: with news of them, and by looks in the
# background alone, which 32 workers make every 50 s each.
ADOPTED_SECONDS = 15
ADOPTED_UNHEARD_SECONDS = 60
LARGE_SECONDS = 3
# Calls of a worker, until it has a shard, that are no storm.
CALLS_EACH = 25


class Member:
    """A place for one worker after the other."""

    def __init__(self, stack, folder, environment):
        self._stack = stack
        self._folder = folder
        self._environment = environment
        self.consumers = []
        folder.mkdir()

    def start(self):
        read_end, write_end = os.pipe()
        daemon = Conduitd(self._folder, self._environment, stdout=write_end)
        self.process = self._stack.enter_context(daemon)
        os.close(write_end)
        self.consumers.append(IdConsumer(read_end))

    def ids(self):
        return [message_id for consumer in self.consumers for message_id in consumer.ids()]


class Fleet:
    """So many `auto` workers on so many hosts."""

    def __init__(self, stack, sim, folder, count, hosts=1, **settings):
        self._sim = sim
        self.members = []
        for number in range(count):
            environment = sim.environment(folder / f"host-{number % hosts}")
            environment |= {"CONDUITD_NAME": f"w{number}", **settings}
            self.members.append(Member(stack, folder / f"w{number}", environment))

    def start(self, members=None):
        for member in members or self.members:
            member.start()

    def settle(self, without=()):
        """Seconds until each has a shard of its own, and no other is in use."""
        begin = time.monotonic()
        wait_each_has_one(self._sim, len(self.members), without, LONG)
        return round(time.monotonic() - begin, 2)

    def ended(self):
        return sum(not member.process.is_running() for member in self.members)

    def stop(self):
        for member in self.members:
            member.process.signal(signal.SIGTERM)
        return [member.process.wait_exit() for member in self.members]


def helix_calls(sim):
    return sum(count for name, count in sim.state()["calls"].items() if "/helix/" in name)


def start_sim(stack, folder, *options):
    return stack.enter_context(TwitchSim(folder, "--ledger-entries", LEDGER_ENTRIES, *options))


def growing(stack, folder, wishes, hosts, *options, **settings):
    """An account without a conduit, and workers that may make all they need."""
    sim = start_sim(stack, folder, "--conduit", 0, *options)
    settings |= {"CONDUITD_SHARD_WHEN_FULL": "grow", "CONDUITD_SHARD_MAX": str(wishes.workers)}
    return sim, Fleet(stack, sim, folder, wishes.workers, hosts, **settings)


def measure_start(hosts):
    def run(stack, folder, wishes):
        sim, fleet = growing(stack, folder, wishes, hosts or wishes.workers)
        fleet.start()
        yield f"seconds to {wishes.workers} owners", fleet.settle(), START_SECONDS
        conduits = sim.state()["conduits"]
        yield "conduits", len(conduits), 1
        yield "shards", conduits[0]["shard_count"], wishes.workers
        yield "calls to Helix", helix_calls(sim), None

    return run


def measure_kills(limit, **settings):
    def run(stack, folder, wishes):
        sim, fleet = growing(stack, folder, wishes, 1, **settings)
        fleet.start()
        fleet.settle()
        killed = random.Random(wishes.seed).sample(fleet.members, wishes.workers // 4)
        before = enabled(sim)
        begin = time.monotonic()
        for member in killed:
            member.process.kill()
        wait_for(lambda: len(enabled(sim)) < len(before), "Twitch sees it")
        wait_for(lambda: len(enabled(sim)) == len(before), "all are adopted", LONG)
        adopted = round(time.monotonic() - begin, 2)
        yield f"seconds until {len(killed)} shards of the dead are served", adopted, limit
        fleet.start(killed)
        yield "seconds until the dead are back", fleet.settle(), START_SECONDS

    return run


def measure_rolling(stack, folder, wishes):
    sim, fleet = growing(stack, folder, wishes, 1, "--resend", "none")
    fleet.start()
    fleet.settle()
    sim.generate(wishes.rate)
    begin = time.monotonic()
    stops = []
    for member in fleet.members:
        stop = time.monotonic()
        member.process.signal(signal.SIGTERM)
        code = member.process.wait_exit()
        stops.append(time.monotonic() - stop)
        assert code == 0, member.process.log
        member.start()
        member.process.wait_ready()
    yield "seconds until the last one is ready", round(time.monotonic() - begin, 1), None
    yield "seconds of the longest stop", round(max(stops), 2), None
    sim.generate(0)
    wait_for(lambda: sim.state()["queued"] == 0, "all is written", LONG)
    fleet.stop()
    sent = sim.sent_ids()
    received = [message_id for member in fleet.members for message_id in member.ids()]
    state = sim.state()
    yield "events sent", len(sent), None
    yield "sent to sessions that were gone", state["lost"], 0
    yield "for shards without a session", state["dropped"], 0
    yield "missing", len(set(sent) - set(received)), 0
    yield "doubled", len(received) - len(set(received)), 0


def measure_limited(stack, folder, wishes):
    sim = start_sim(stack, folder, "--points-per-minute", wishes.points)
    sim.create_conduit(wishes.workers)
    fleet = Fleet(stack, sim, folder, wishes.workers)
    fleet.start()
    yield from figures_of_limited(sim, fleet, 0, fleet.settle())


def measure_crash(stack, folder, wishes):
    count = wishes.workers // 2
    sim = start_sim(stack, folder, "--points-per-minute", wishes.points)
    sim.create_conduit(count)
    fleet = Fleet(stack, sim, folder, count)
    fleet.start()
    fleet.settle()
    before = enabled(sim).values()
    calls = helix_calls(sim)
    for member in fleet.members:
        member.process.kill()
    fleet.start()
    yield from figures_of_limited(sim, fleet, calls, fleet.settle(before))


def figures_of_limited(sim, fleet, calls_before, seconds):
    count = len(fleet.members)
    calls = helix_calls(sim) - calls_before
    latest = collections.Counter(call["status"] for call in sim.state()["requests"])
    yield f"seconds to {count} owners", seconds, None
    yield "calls to Helix", calls, CALLS_EACH * count
    yield "of the latest 1000, refused with 429", latest[429], CALLS_EACH * count // 2
    yield "workers that ended", fleet.ended(), 0


def measure_large(stack, folder, wishes):
    shards = 20_000
    sim = start_sim(stack, folder)
    conduit_id = sim.create_conduit(shards)
    free = random.Random(wishes.seed).randrange(shards)
    taken = (shard for shard in range(shards) if shard != free)
    stack.enter_context(OtherSessions(sim, conduit_id, taken, count=200))
    fleet = Fleet(stack, sim, folder, 1)
    begin = time.monotonic()
    fleet.start()
    worker = fleet.members[0].process
    worker.wait_log("worker: ready", timeout=LONG)
    yield "seconds to the only free shard of 20000", round(time.monotonic() - begin, 2), LARGE_SECONDS
    assert f" shard={free} " in worker.log, worker.log


RUNS = {
    "start": measure_start(hosts=1),
    "hosts": measure_start(hosts=None),
    "kills": measure_kills(ADOPTED_SECONDS, CONDUITD_SUBSCRIPTIONS_SHARD_DISABLED="true"),
    "unheard": measure_kills(ADOPTED_UNHEARD_SECONDS),
    "rolling": measure_rolling,
    "limited": measure_limited,
    "crash": measure_crash,
    "large": measure_large,
}
