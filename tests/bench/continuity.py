"""Measures what a handover costs, and that it loses nothing, at a high rate over TLS.

Runs the release build of the real programs. Lost, doubled and the order are counted from stdout
against the simulator's ledger; times are those of the daemon's handover reports.
"""

import argparse
import contextlib
import os
import pathlib
import re
import sys
import tempfile
import time

from id_consumer import IdConsumer

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))

# What is to be kept on loopback: from the order, or from the detection of the loss, to the claim.
HANDOVER_P99_MS = 50
CUT_MAX_MS = 100
REPORT = re.compile(r"handover done cause=(\w+) .*?took_ms=(\d+) unbound_ms=(\d+)")


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def describe_order(sent, received):
    """Where the old session is quiet for long while more is on its way, what the new one brings
    overtakes it; the order of each holds all the same."""
    from order import find_overtaken

    if received == sent:
        return "kept"
    if sorted(received) != sorted(sent):
        return "differs"
    places = {message_id: place for place, message_id in enumerate(sent)}
    overtaken = find_overtaken(places[message_id] for message_id in received)
    is_kept = overtaken == sorted(overtaken)
    return f"kept by each session, {len(overtaken)} overtaken" if is_kept else "differs"


def run(name, options, faults, order, count, every):
    """One simulator and one daemon; `order` is given `count` times. Answers a row of the table."""
    from programs import Conduitd
    from twitch_sim import TwitchSim
    from waiting import wait_for

    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        certificate = folder / "ca.pem"
        sim = stack.enter_context(
            TwitchSim(folder, "--tls", "--certificate-file", certificate, *options)
        )
        read_end, write_end = os.pipe()
        environment = sim.environment(folder / "state")
        environment["CONDUITD_TWITCH_CA_FILE"] = str(certificate)
        environment["TWITCH_SHARD_ID"] = "0"
        daemon = stack.enter_context(Conduitd(folder, environment, stdout=write_end))
        os.close(write_end)
        consumer = IdConsumer(read_end)
        daemon.wait_ready()
        for done in range(count):
            time.sleep(every)
            for fault in faults:
                sim.fault(**fault)
            order(sim)
            daemon.wait_log("worker: handover done", count=done + 1, timeout=60)
            sim.wait_one_session()
        last = sim.end_events()
        wait_for(lambda: consumer.has(last), "the last message comes out")
        daemon.signal(15)
        code = daemon.wait_exit()
        received = consumer.ids()
        sent = sim.sent_ids()
        state = sim.state()
        reports = [(int(took), int(unbound)) for _, took, unbound in REPORT.findall(daemon.log)]

    took = [row[0] for row in reports]
    unbound = [row[1] for row in reports]
    return {
        "run": name,
        "handovers": len(reports),
        "sent": len(sent),
        "missing": len(set(sent) - set(received)),
        "doubled": len(received) - len(set(received)),
        "order": describe_order(sent, received),
        "on dead sockets": state["lost"] + state["dropped"],
        "took ms p50": percentile(took, 0.5),
        "p99": percentile(took, 0.99),
        "max": max(took, default=float("nan")),
        "unbound ms max": max(unbound, default=0),
        "exit": code,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--conduitd", required=True)
    parser.add_argument("--twitch-sim", required=True)
    parser.add_argument("--rate", type=int, default=10_000, help="events per second")
    parser.add_argument("--seconds", type=int, default=120, help="of each run of reconnects")
    parser.add_argument("--every", type=float, default=5, help="seconds between reconnects")
    parser.add_argument("--cuts", type=int, default=100)
    wishes = parser.parse_args()
    os.environ["CONDUITD_BIN"] = wishes.conduitd
    os.environ["TWITCH_SIM_BIN"] = wishes.twitch_sim

    rate = ["--rate", wishes.rate, "--ledger-entries", 10_000_000]
    reconnects = int(wishes.seconds // wishes.every)
    refused = {"match": "upgrade", "status": 503}
    rows = [
        run("reconnect, same id", rate, [], lambda sim: sim.reconnect(), reconnects, wishes.every),
        run("reconnect, new id", [*rate, "--reconnect-id", "fresh"], [],
            lambda sim: sim.reconnect(), reconnects, wishes.every),
        run("plan B", rate, [refused], lambda sim: sim.reconnect(), reconnects, wishes.every),
        run("cut link", ["--rate", 100], [], lambda sim: sim.close(how="reset"), wishes.cuts, 0.2),
    ]
    widths = [max(len(key), *(len(str(row[key])) for row in rows)) for key in rows[0]]
    for cells in (list(rows[0]), *([str(cell) for cell in row.values()] for row in rows)):
        print(" | ".join(cell.ljust(width) for cell, width in zip(cells, widths)))
    *planned, cuts = rows
    misses = [f"{row['run']}: exit code {row['exit']}" for row in rows if row["exit"] != 0]
    for row in planned:
        if row["missing"] or row["doubled"] or row["order"] == "differs":
            misses.append(f"{row['run']}: something is missing, doubled, or out of order")
        if not row["p99"] <= HANDOVER_P99_MS:
            misses.append(f"{row['run']}: p99 above {HANDOVER_P99_MS} ms")
    if cuts["doubled"] or not cuts["max"] <= CUT_MAX_MS:
        misses.append(f"{cuts['run']}: doubled, or above {CUT_MAX_MS} ms")
    print(*misses, sep="\n", end="\n" if misses else "")
    sys.exit(1 if misses else 0)


if __name__ == "__main__":
    main()
