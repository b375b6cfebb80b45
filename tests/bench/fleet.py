"""Measures how long a fleet of real workers takes to have its shards: at its start, after kills,
renewed one by one under load, with few points of the rate limit, and in a conduit of 20,000 shards.

Ends with 1 when anything is missing or came twice, or a limit is passed.
"""

import argparse
import contextlib
import os
import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))


def main():
    import fleet_runs

    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--conduitd", required=True)
    parser.add_argument("--twitch-sim", required=True)
    parser.add_argument("--only", choices=fleet_runs.RUNS, help="one of the runs")
    parser.add_argument("--workers", type=int, default=32)
    parser.add_argument("--rate", type=int, default=5000, help="events per second")
    parser.add_argument("--points", type=int, default=100, help="a minute, where they are few")
    parser.add_argument("--seed", type=int, default=1)
    wishes = parser.parse_args()
    os.environ["CONDUITD_BIN"] = wishes.conduitd
    os.environ["TWITCH_SIM_BIN"] = wishes.twitch_sim

    misses = []
    for name, run in fleet_runs.RUNS.items():
        if wishes.only not in (None, name):
            continue
        with contextlib.ExitStack() as stack:
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for what, figure, limit in run(stack, folder, wishes):
                is_miss = limit is not None and not figure <= limit
                misses += [f"{name}: {what}"] if is_miss else []
                bound = "" if limit is None else f"(at most {limit})"
                print(f"{name:<8} {what:<44} {figure:>9} {bound}", flush=True)
    print(*[f"missed: {miss}" for miss in misses], sep="\n", end="\n" if misses else "")
    sys.exit(1 if misses else 0)


if __name__ == "__main__":
    main()
