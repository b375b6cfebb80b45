"""The image as a container: its user, its health, its stop, its volume; and the example for compose."""

import contextlib
import json
import pathlib
import time
import uuid

import pytest

from containers import HARDENED, Container, Volume, do, start_service
from follower import Follower, wait_all
from twitch_sim import TwitchSim
from waiting import wait_for

IMAGE = "localhost/conduitd"
USER = "65532"
BYTES_MAX = 100_000_000
RATE = 300  # events per second
CLAIM = "PATCH /helix/eventsub/conduits/shards"
COMPOSE = pathlib.Path(__file__).parents[2] / "docker" / "compose.yaml"
WORKERS = ("a", "b", "c")


class ComposedTwitch(TwitchSim):
    """The simulator of the example, which is a container."""

    def __init__(self, container):
        wait_for(lambda: "admin_url" in container.log(), lambda: container.log())
        self.facts = json.loads(container.log().splitlines()[0])
        self._origin = "http://" + self.facts["listening"]

    def is_running(self):
        return True


def wait_bound(sim, count, workers):
    wait_for(lambda: len({row["id"] for row in sim.sessions() if row["bound"]}) == count,
             lambda: f"{count} bound sessions: {[each.log() for each in workers]}")
    wait_for(lambda: all(each.is_healthy() for each in workers),
             lambda: f"healthy workers: {[each.log() for each in workers]}")


@pytest.fixture
def volume():
    """Makes volumes of a name of their own."""
    with contextlib.ExitStack() as stack:
        prefix = f"conduitd-test-{uuid.uuid4().hex[:8]}_"

        def make(name):
            made = stack.enter_context(Volume(prefix + name))
            made.prefix = prefix
            return made

        yield make


@pytest.fixture
def sim(tmp_path):
    with TwitchSim(tmp_path, "--resend", "none") as started:
        yield started


@pytest.fixture
def start(sim, volume):
    """Starts workers on the same volumes."""
    state, sockets = volume("state"), volume("sockets")
    settings = {**sim.environment("/var/lib/conduitd"), "CONDUITD_SINK_UNIX_CONSUMERS": "bot"}
    options = [f"--env={name}={value}" for name, value in settings.items()]
    options += [f"--volume={state.name}:/var/lib/conduitd", f"--volume={sockets.name}:/run/conduitd"]
    with contextlib.ExitStack() as stack:

        def start_one():
            worker = stack.enter_context(Container(IMAGE, *HARDENED, *options))
            worker.socket = sockets.path / "events-auto.sock"
            return worker

        yield start_one


def test_the_image_is_small_and_says_how_it_is_run():
    (image,) = json.loads(do("image", "inspect", IMAGE))
    config = image["Config"]

    assert image["Size"] <= BYTES_MAX
    print(f"{image['Size'] / 1e6:.1f} MB")
    assert config["User"] == f"{USER}:{USER}"
    assert config["StopSignal"] in ("SIGTERM", "15")
    assert image["Healthcheck"]["Test"] == ["CMD", "/usr/bin/conduitd", "health"]
    assert {f"org.opencontainers.image.{name}" for name in ("title", "version", "licenses")} \
        <= set(config["Labels"])


def test_it_runs_without_a_right_and_is_healthy_once_it_has_its_shard(sim, start):
    sim.fault(CLAIM, status=503, times=1000)
    worker = start()
    wait_for(lambda: sim.calls(CLAIM) > 1, lambda: worker.log())
    assert not worker.is_healthy()
    sim.fault(CLAIM, status=503, times=0)
    wait_bound(sim, 1, [worker])

    status = pathlib.Path(f"/proc/{worker.inspect()['State']['Pid']}/status").read_text()
    rows = dict(line.split(":", 1) for line in status.splitlines())
    assert set(rows["Uid"].split()) == set(rows["Gid"].split()) == {USER}
    assert {int(rows[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")} == {0}
    assert worker.run("touch", "/tmp/file").returncode != 0
    assert worker.run("conduitctl", "status").returncode == 0
    assert all(json.loads(line) for line in worker.log().splitlines())


def test_stopped_under_load_it_ends_in_time_with_all_that_came(sim, start):
    worker = start()
    wait_bound(sim, 1, [worker])
    bot = Follower(worker.socket)
    sim.generate(RATE)
    wait_for(lambda: len(bot.ids()) > RATE, "events")

    began = time.monotonic()
    code = worker.stop()
    took = time.monotonic() - began

    assert code == 0, worker.log()
    assert took < 10
    print(f"stopped in {took:.1f} s")
    sim.generate(0)
    # What was meant for the shard once it had no session is dropped; all that was sent is here.
    sent = set(sim.sent_ids())
    wait_for(lambda: sent <= set(bot.ids()), lambda: f"{len(sent - set(bot.ids()))} events more")
    bot.stop()


def test_a_volume_has_one_worker_at_a_time_and_the_next_one_goes_on(sim, start):
    first = start()
    wait_bound(sim, 1, [first])
    sim.emit(count=50)  # nobody is there to take them

    second = start()
    assert second.wait_exit() == 75, second.log()
    assert "another worker of this name is running" in second.log()
    assert first.is_healthy()
    assert first.stop() == 0
    second.start()
    wait_bound(sim, 1, [second])

    bot = Follower(second.socket)
    wait_for(lambda: len(bot.ids()) >= 50, lambda: f"{len(bot.ids())} of 50: {second.log()}")
    bot.stop()
    assert bot.ids() == sim.sent_ids()


def test_the_example_for_compose_is_restarted_worker_by_worker_without_a_loss(volume):
    state, sockets = volume("state"), volume("sockets")
    with contextlib.ExitStack() as stack:

        def service(name):
            return stack.enter_context(start_service(COMPOSE, name, state.prefix))

        sim = ComposedTwitch(service("twitch"))
        workers = [service(f"worker-{name}") for name in WORKERS]
        wait_bound(sim, len(WORKERS), workers)
        # First, since what is kept for nobody in particular is the first consumer's.
        bots = [Follower(sockets.path / f"events-{name}.sock") for name in WORKERS]
        sim.generate(RATE)
        wait_for(lambda: all(bot.ids() for bot in bots), "events")
        examples = [service(f"consumer-{name}") for name in WORKERS]

        for worker in workers:
            assert worker.stop() == 0, worker.log()
            worker.start()
            wait_bound(sim, len(WORKERS), workers)

        received = wait_all(sim, bots)
        for bot in bots:
            bot.stop()
        all_ids = [name for bot in bots for name in bot.ids()]
        assert len(all_ids) == len(set(all_ids))
        for example in examples:
            wait_for(lambda: "notification" in example.log(), lambda: example.log())  # noqa: B023
        print(f"sent {len(set(sim.sent_ids()))}, received {len(received)}, lost 0")
