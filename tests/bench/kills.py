"""Kills the daemon again and again under load, and its consumer too, and says what is missing.

Ends with 1 when that is anything but the tails of sessions, each told as a gap, or when something
came twice or out of order.
"""

import argparse
import contextlib
import os
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))

LEDGER_ENTRIES = 10_000_000


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--conduitd", required=True)
    parser.add_argument("--twitch-sim", required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rate", type=int, default=5000, help="events per second")
    parser.add_argument("--sync", default="interval", help="spool.sync")
    parser.add_argument("--seed", type=int, default=1)
    wishes = parser.parse_args()
    os.environ["CONDUITD_BIN"] = wishes.conduitd
    os.environ["TWITCH_SIM_BIN"] = wishes.twitch_sim
    from kill_rounds import run_kills
    from programs import Conduitd
    from twitch_sim import TwitchSim

    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        options = ("--rate", wishes.rate, "--ledger-entries", LEDGER_ENTRIES)
        sim = stack.enter_context(TwitchSim(folder, *options))
        environment = sim.environment(folder / "state")
        environment |= {
            "TWITCH_SHARD_ID": "0",
            "CONDUITD_SINK_TYPE": "unix",
            "CONDUITD_SPOOL_SYNC": wishes.sync,
        }

        def start():
            return stack.enter_context(Conduitd(folder, environment))

        path = folder / "state/events-0.sock"
        begin = time.monotonic()
        figures = run_kills(sim, start, path, wishes.kills, wishes.seed)
        figures["seconds"] = round(time.monotonic() - begin)

    for name, figure in figures.items():
        print(f"{name:<30} {figure}")


if __name__ == "__main__":
    main()
