"""Fixtures: a simulator, and daemons that work against it. All of them end with the test."""

import contextlib
import json
import pathlib
import shutil
import tempfile

import pytest

from other_twitch import OtherTwitch
from programs import Conduitd
from twitch_sim import TwitchSim


def remember(state, client_id, conduit_id):
    """Writes down that `auto` has found the conduit, if there is one."""
    if conduit_id is None:
        return
    state.mkdir(mode=0o700, exist_ok=True)
    (state / "conduit.json").write_text(json.dumps({client_id: conduit_id}))


def memory_folder():
    """Where files cost no disk; None when the system has no such place with room in it."""
    try:
        return "/dev/shm" if shutil.disk_usage("/dev/shm").free > 1 << 30 else None
    except OSError:
        return None


@pytest.fixture
def tmp_path():
    """A folder of the test's own, in memory if it can be: gone afterwards.

    Other work on the machine makes a disk stall for seconds. The daemon then does what it should,
    holds in memory what waits and gives up at last, which is not what these tests ask about.
    """
    with tempfile.TemporaryDirectory(prefix="conduitd-", dir=memory_folder()) as folder:
        yield pathlib.Path(folder)


@pytest.fixture
def programs(tmp_path):
    """Ends, last one first, what is entered into it; their folder outlives them."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def start_sim(programs, tmp_path):
    """Starts a simulator with a conduit of one shard; `--conduit 0` for one without."""
    return lambda *arguments: programs.enter_context(TwitchSim(tmp_path, *arguments))


@pytest.fixture
def sim(start_sim):
    """A simulator that sends only what the test asks for."""
    return start_sim()


@pytest.fixture
def start(programs, tmp_path):
    """Starts a daemon: start(twitch, NAME="value", arguments=[…], stdout=…).

    It has shard 0 where the test says nothing of shards. A variable that is None is left out. All
    daemons of a test share the state folder, in which the only conduit there is stands as the one
    of the last time: one that was never used would be waited for. Without `remembers` it holds what
    daemons have written.
    """
    count = 0

    def start_one(twitch, arguments=(), remembers=True, **rest):
        nonlocal count
        count += 1
        folder = tmp_path / f"conduitd-{count}"
        folder.mkdir()
        variables = twitch.environment(tmp_path / "state")
        if not any(name.endswith("_SHARD_ID") for name in rest):
            variables["TWITCH_SHARD_ID"] = "0"
        variables.update({name: rest.pop(name) for name in list(rest) if name.isupper()})
        if remembers and variables.get("CONDUITD_STATE_DIR") == str(tmp_path / "state"):
            remember(tmp_path / "state", twitch.client_id, twitch.only_conduit())
        environment = {name: text for name, text in variables.items() if text is not None}
        return programs.enter_context(Conduitd(folder, environment, arguments, **rest))

    return start_one


@pytest.fixture
def twitch(programs):
    """The second implementation."""
    return programs.enter_context(OtherTwitch())
