"""The package under a booted systemd: installed, run, killed, stopped, replaced and purged."""

import os
import pathlib
import time

import pytest

from follower import Follower, wait_all
from losses import missing_tails
from machine import Machine
from twitch_sim import TwitchSim
from waiting import wait_for

RATE = 300  # events per second
RELOADS = int(os.environ.get("RELOADS", "5"))
RELOAD_RATE = int(os.environ.get("RELOAD_RATE", "1000"))
INSTANCES = ("0", "1", "2")
# What a purge must not leave, wherever it is; logs of the system itself stay.
PLACES = ("etc", "usr", "var/lib", "run", "opt", "home")
OF_OTHERS = ("var/lib/dpkg", "var/lib/apt", "var/lib/systemd", "run/systemd", "run/log", "run/user")


def install(machine):
    machine.do("dpkg", "--force-confold", "-i", "/package.deb")


def configure(machine, sim):
    """As an administrator would, but for the addresses of the simulator."""
    urls = {name: sim.facts[name] for name in ("id_url", "helix_url", "eventsub_url")}
    lines = [f"twitch.{name}: {url}\n" for name, url in urls.items()]
    own = f"twitch.client_id: {sim.client_id}\nsink.type: unix\nsink.unix.consumers: [bot]\n"
    machine.write("/etc/conduitd/conduitd.yaml", own + "".join(lines))
    machine.write("/etc/conduitd/client_secret", sim.facts["client_secret"] + "\n", "600")


def files(machine):
    root = pathlib.Path(machine.path("/"))
    found = set()
    for place in PLACES:
        for folder, folders, names in os.walk(root / place):
            here = pathlib.Path(folder).relative_to(root).as_posix()
            if here.startswith(OF_OTHERS):
                folders.clear()
                continue
            found.update(f"{here}/{name}" for name in (*folders, *names))
    return {name for name in found if "conduitd" in name}


def follow(machine, instance):
    return Follower(machine.path(f"/run/conduitd/{instance}/events-{instance}.sock"))


def wait_holding(machine, sim, units):
    """Each of the units holds its shard, and Twitch agrees."""
    for unit in units:
        wait_for(lambda: machine.show(unit, "ActiveState") == ["active"],
                 lambda: f"{unit}: {machine.journal(unit)}")  # noqa: B023
    wait_for(lambda: len([row for row in sim.sessions() if row["bound"]]) == len(units),
             lambda: f"{len(units)} bound sessions: {sim.sessions()}")
    wait_for(lambda: all(machine.run("conduitctl", "status", "--shard", str(shard)).returncode == 0
                         for shard in range(len(units))), "shards that are held")


@pytest.fixture
def machine(tmp_path):
    with Machine(os.environ["TREE"], os.environ["PACKAGE"], tmp_path) as booted:
        yield booted


@pytest.fixture
def start_sim(tmp_path):
    sims = []

    def start(shards):
        sims.append(TwitchSim(tmp_path, "--conduit", str(shards), "--resend", "none"))
        return sims[-1]

    yield start
    for each in sims:
        each.kill()


def test_the_package_comes_and_goes_and_leaves_nothing(machine, start_sim):
    before = files(machine)
    sim = start_sim(1)

    machine.do("apt-get", "install", "-y", "/package.deb")
    assert machine.run("systemctl", "is-enabled", "conduitd.service").stdout.strip() == "disabled"
    for page in ("conduitd", "conduitctl", "twitch-sim", "conduitd.yaml"):
        assert machine.do("man", "-w", page).strip()
    configure(machine, sim)
    machine.do("systemctl", "enable", "--now", "conduitd.service")
    wait_holding(machine, sim, ["conduitd.service"])
    (exposure,) = [line.split()[-3] for line in machine.do(
        "systemd-analyze", "security", "--no-pager", "conduitd.service").splitlines()
        if "Overall exposure level" in line]
    assert float(exposure) <= 1.5
    machine.do("apt-get", "purge", "-y", "conduitd")

    wait_for(lambda: not sim.sessions(), "the worker to be gone")
    assert files(machine) == before
    assert machine.run("getent", "passwd", "conduitd").returncode != 0


def test_without_its_credential_it_fails_once_and_says_so(machine, start_sim):
    sim = start_sim(1)
    install(machine)
    configure(machine, sim)
    machine.do("rm", "/etc/conduitd/client_secret")

    machine.run("systemctl", "start", "conduitd.service")

    wait_for(lambda: machine.show("conduitd", "SubState") == ["failed"], "a unit that failed")
    assert machine.show("conduitd", "ExecMainStatus", "NRestarts") == ["243", "0"]
    assert "credentials" in machine.journal("conduitd")


def test_started_means_that_the_shard_is_held(machine, start_sim):
    sim = start_sim(1)
    install(machine)
    configure(machine, sim)
    sim.fault("PATCH /helix/eventsub/conduits/shards", status=503, times=1000)

    machine.do("systemctl", "start", "--no-block", "conduitd.service")
    wait_for(lambda: sim.calls("PATCH /helix/eventsub/conduits/shards") > 1, "claims that fail")
    assert machine.show("conduitd", "ActiveState") == ["activating"]
    sim.fault("PATCH /helix/eventsub/conduits/shards", status=503, times=0)
    wait_holding(machine, sim, ["conduitd.service"])

    (text,) = machine.show("conduitd", "StatusText")
    assert text.startswith("ready: shard 0")


def test_a_loop_that_is_stuck_is_restarted(machine, start_sim):
    sim = start_sim(1)
    install(machine)
    configure(machine, sim)
    machine.write("/etc/systemd/system/conduitd.service.d/quick.conf", "[Service]\nWatchdogSec=2s\n")
    machine.do("systemctl", "daemon-reload")
    machine.do("systemctl", "start", "conduitd.service")
    (pid,) = machine.show("conduitd", "MainPID")

    machine.do("kill", "-STOP", pid)

    machine.wait_log("conduitd", "Watchdog timeout")
    wait_for(lambda: machine.show("conduitd", "NRestarts") == ["1"], "a restart")
    wait_holding(machine, sim, ["conduitd.service"])
    assert machine.show("conduitd", "MainPID") != [pid]


@pytest.mark.parametrize("what, code", [("twitch.client_id: ''", "78"), ("refused", "77")])
def test_what_a_restart_does_not_help_is_not_restarted(machine, start_sim, what, code):
    sim = start_sim(1)
    install(machine)
    configure(machine, sim)
    if what == "refused":
        machine.write("/etc/conduitd/client_secret", "not-the-secret", "600")
    else:
        machine.write("/etc/conduitd/conduitd.yaml", what + "\n")

    machine.run("systemctl", "start", "conduitd.service")

    wait_for(lambda: machine.show("conduitd", "SubState") == ["failed"], "a unit that failed")
    assert machine.show("conduitd", "ExecMainStatus", "NRestarts") == [code, "0"]


def test_killed_it_is_back_and_tells_what_is_missing(machine, start_sim):
    sim = start_sim(1)
    install(machine)
    configure(machine, sim)
    machine.do("systemctl", "start", "conduitd@auto-a")
    wait_holding(machine, sim, ["conduitd@auto-a"])
    bot = follow(machine, "auto-a")
    sim.generate(RATE)
    wait_for(lambda: len(bot.ids()) > RATE, "events")

    machine.do("systemctl", "kill", "-s", "KILL", "conduitd@auto-a")

    wait_for(lambda: machine.show("conduitd@auto-a", "NRestarts") == ["1"], "a restart")
    wait_holding(machine, sim, ["conduitd@auto-a"])
    last = sim.end_events()
    wait_for(lambda: last in bot.ids(), lambda: f"the last event:\n{machine.journal('conduitd@auto-a')}")
    bot.stop()
    received = {line["metadata"]["message_id"]: line["received_at"] for line in bot.lines
                if "received_at" in line and "message_id" in line["metadata"]}
    missing_tails(sim, received, bot.gaps())
    assert "process_died" in {gap["reason"] for gap in bot.gaps()}


def test_stopped_it_ends_in_time_with_all_that_came(machine, start_sim):
    sim = start_sim(1)
    install(machine)
    configure(machine, sim)
    machine.do("systemctl", "start", "conduitd.service")
    wait_holding(machine, sim, ["conduitd.service"])
    # `auto` is the name, where the configuration gives none.
    bot = Follower(machine.path("/run/conduitd/main/events-auto.sock"))
    sim.generate(RATE)
    wait_for(lambda: len(bot.ids()) > RATE, "events")

    began = time.monotonic()
    machine.do("systemctl", "stop", "conduitd.service")
    took = time.monotonic() - began

    assert machine.show("conduitd", "Result", "ExecMainStatus") == ["success", "0"]
    assert took < 10
    sim.generate(0)
    # What was meant for the shard once it had no session is dropped; all that was sent is here.
    sent = set(sim.sent_ids())
    wait_for(lambda: sent <= set(bot.ids()), lambda: f"{len(sent - set(bot.ids()))} events more")
    bot.stop()


def test_reloaded_under_load_it_goes_on_in_another_process(machine, start_sim):
    sim = start_sim(1)
    install(machine)
    configure(machine, sim)
    unit = "conduitd.service"
    machine.do("systemctl", "start", unit)
    wait_holding(machine, sim, [unit])
    bot = Follower(machine.path("/run/conduitd/main/events-auto.sock"))
    sim.generate(RELOAD_RATE)
    wait_for(lambda: len(bot.ids()) > RELOAD_RATE, "events")

    pids = [machine.show(unit, "MainPID")]
    for _ in range(RELOADS):
        machine.do("systemctl", "reload", unit)
        pids.append(machine.show(unit, "MainPID"))
        assert machine.show(unit, "ActiveState", "SubState") == ["active", "running"]

    received = wait_all(sim, [bot])
    bot.stop()
    assert len({tuple(pid) for pid in pids}) == RELOADS + 1
    assert machine.show(unit, "NRestarts") == ["0"]
    assert bot.ids() == sim.sent_ids()
    assert bot.gaps() == []
    print(f"{RELOADS} reloads at {RELOAD_RATE} events/s: sent {len(sim.sent_ids())}, "
          f"received {len(received)}, lost 0, longest pause {bot.longest_pause:.2f} s")


def test_three_of_one_conduit_are_restarted_and_upgraded_without_a_loss(machine, start_sim):
    sim = start_sim(len(INSTANCES))
    install(machine)
    configure(machine, sim)
    units = [f"conduitd@{number}.service" for number in INSTANCES]
    machine.do("systemctl", "enable", "--now", "conduitd.target", *units)
    wait_holding(machine, sim, units)
    bots = [follow(machine, number) for number in INSTANCES]
    sim.generate(RATE)
    wait_for(lambda: len(bots[0].ids()) > RATE / 3, "events")

    for unit in units:
        machine.do("systemctl", "restart", unit)
        wait_holding(machine, sim, units)
    pids = [machine.show(unit, "MainPID") for unit in units]
    install(machine)  # as an upgrade does
    wait_holding(machine, sim, units)

    assert not {tuple(pid) for pid in pids} & {tuple(machine.show(unit, "MainPID")) for unit in units}
    received = wait_all(sim, bots)
    for bot in bots:
        bot.stop()
    all_ids = [name for bot in bots for name in bot.ids()]
    assert len(all_ids) == len(set(all_ids))
    print(f"sent {len(set(sim.sent_ids()))}, received {len(received)}, lost 0")
