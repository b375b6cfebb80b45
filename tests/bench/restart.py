"""Measures how soon after a kill and a start the first event comes out.

Runs the real programs over TLS, with the state of the run before. Times are from the start of the
process to the first line on its stdout; events are sent every ten milliseconds.
"""

import argparse
import contextlib
import os
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))


def start_once(folder, environment):
    """Seconds until the first line of a daemon that is then killed."""
    from programs import Conduitd

    read_end, write_end = os.pipe()
    begin = time.monotonic()
    with Conduitd(folder, environment, stdout=write_end):
        os.close(write_end)
        is_there = os.read(read_end, 1)
        took = time.monotonic() - begin
    os.close(read_end)
    assert is_there, "the daemon ended without a line"
    return took


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--conduitd", required=True)
    parser.add_argument("--twitch-sim", required=True)
    parser.add_argument("--starts", type=int, default=100)
    parser.add_argument("--limit", type=float, default=1.0, help="seconds that none may take longer")
    wishes = parser.parse_args()
    os.environ["CONDUITD_BIN"] = wishes.conduitd
    os.environ["TWITCH_SIM_BIN"] = wishes.twitch_sim
    from twitch_sim import TwitchSim

    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        certificate = folder / "ca.pem"
        options = ("--tls", "--certificate-file", certificate, "--rate", 100)
        sim = stack.enter_context(TwitchSim(folder, *options))
        environment = sim.environment(folder / "state")
        environment["CONDUITD_TWITCH_CA_FILE"] = str(certificate)
        environment["TWITCH_SHARD_ID"] = "0"
        first = start_once(folder, environment)
        took = sorted(start_once(folder, environment) for _ in range(wishes.starts))

    print(f"first event after the first start: {first * 1000:.0f} ms")
    print(
        f"after {len(took)} restarts: p50 {statistics.median(took) * 1000:.0f} ms, "
        f"p99 {took[min(len(took) - 1, int(len(took) * 0.99))] * 1000:.0f} ms, max {took[-1] * 1000:.0f} ms"
    )
    sys.exit(0 if took[-1] <= wishes.limit else 1)


if __name__ == "__main__":
    main()
