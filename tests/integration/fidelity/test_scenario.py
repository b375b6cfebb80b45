"""Scenario files: the orders of the admin API, each at its time."""

import subprocess

import pytest

from programs import binary
from waiting import TIMEOUT, wait_for


def refusal(tmp_path, text, *arguments):
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    command = [binary("TWITCH_SIM_BIN"), "--listen", "127.0.0.1:0", "--scenario", str(path)]
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    assert done.stdout == ""
    return done.returncode, done.stderr.replace(str(path), "FILE").splitlines()


def test_scenario_orders_are_carried_out_in_time(quiet_sim, http_of, connect, tmp_path):
    path = tmp_path / "scenario.yaml"
    path.write_text(
        """
        # Twice twenty events, then the end of it all.
        - at: 0s
          do: switch
          resend: none
        - {at: 1m, do: emit, count: 20, text: "<3 & more"}
        - {at: 1m30s, do: close, shard: 0, code: 4000, reason: bye}
        - {at: 90, do: close, session: nobody}
        """
    )
    sim = quiet_sim("--time-scale", "20", "--scenario", str(path))
    api = http_of(sim)
    client = connect(sim)
    conduit = api.create_conduit()
    api.bind(conduit, client)

    client.notification_ids(20)
    closed = client.wait_close()

    assert (closed.code, closed.reason) == (4000, "bye")
    wait_for(lambda: len(sim.state()["orders"]) == 4, "all orders")
    orders = sim.state()["orders"]
    assert [order["order"] for order in orders] == [
        "/sim/switch", "/sim/emit", "/sim/close", "/sim/close",
    ]
    assert [order["status"] for order in orders] == [200, 200, 200, 404]
    assert "not connected" in orders[3]["message"]


@pytest.mark.parametrize(
    "text, problem",
    [
        ("- {at: 1s, do: emit, count: 0}",
         "FILE:1: `count` is a whole number from 1 to 100000; found 0"),
        ("- {at: 1s, do: emit}\n- at: 2s\n  do: emit\n  colour: red", "FILE:2: a parameter is one of"),
        ("- {do: emit}", "FILE:1: `at` is a time such as 250ms, 10s, 1m30s or 2h; found nothing"),
        ("- {at: soon, do: emit}", "FILE:1: `at` is a time such as 250ms, 10s, 1m30s or 2h; found `soon`"),
        ("- {at: -1s, do: emit}", "found `-1s`"),
        ("- {at: 1s, do: dance}", "FILE:1: `do` is `emit`, `revoke`"),
        ("- {at: 1s, do: state}", "found `state`"),
        ("- {at: 1s}", "found nothing"),
        ("- {at: 1s, do: emit, count: 1, count: 2}", "given twice"),
        ("- emit", "FILE:1: an order is a map with `at` and `do`"),
        ("at: 1s", "FILE:1: a scenario is a list of orders, each behind a `-`"),
        ("- [", "FILE:1: this is not YAML"),
        ("", "a scenario is a list"),
        ("- {at: 1s, do: fault, match: nonsense}", "FILE:1: `match` is an optional method"),
        ("- {at: 1s, do: switch, resend: twice}", "FILE:1: `resend` is `once` or `none`"),
    ],
)
def test_scenario_nonsense_is_refused_at_start(tmp_path, text, problem):
    code, lines = refusal(tmp_path, text)

    assert code == 78
    assert any(problem in line for line in lines), lines


def test_scenario_problems_are_all_told(tmp_path):
    code, lines = refusal(tmp_path, "- {at: x, do: emit}\n- {at: 1s, do: emit, count: 0}\n- 5\n")

    assert code == 78
    assert [line.split(":")[1] for line in lines] == ["1", "2", "3"]


@pytest.mark.parametrize("path", ["/nowhere/at-all.yaml", "/"])
def test_scenario_that_cannot_be_read_is_refused(path):
    done = subprocess.run(
        [binary("TWITCH_SIM_BIN"), "--scenario", path],
        capture_output=True, text=True, timeout=TIMEOUT, check=False,
    )

    assert done.returncode == 78
    assert done.stderr == f"{path}: the scenario file cannot be read\n"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--resend", "twice"], "`twice` is not `once` or `none`"),
        (["--overlap", "-1"], "`-1` is not a number of seconds from 0 to 60"),
        (["--entry-gap", "nan"], "`nan` is not a number of seconds"),
        (["--nonsense"], "--nonsense"),
        (["--listen", "0.0.0.0:1"], "loopback"),
    ],
)
def test_flags_that_are_nonsense_are_refused(arguments, message):
    done = subprocess.run(
        [binary("TWITCH_SIM_BIN"), *arguments],
        capture_output=True, text=True, timeout=TIMEOUT, check=False,
    )

    assert done.returncode == 64
    assert message in done.stderr
