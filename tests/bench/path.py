"""Measures what an event costs on its way from the socket to stdout, in CPU time.

Everything side by side in one run on this machine: the floor (the least that a reader can cost),
then conduitd with its spool in memory, and on the disk under each sync policy. Each reads the same
frames over TLS as fast as it can; its stdout is a pipe to a program that counts. Ends with 1 when
anything is lost, doubled or out of order, or when a budget is missed.
"""

import argparse
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile

from path_run import run_conduitd, run_floor

# In multiples of the floor's CPU time.
BUDGETS = {"memory": 2.0, "interval": 3.0}
FLOOR = "floor"
ONLY_READS = "only reads"
ROWS = {
    ONLY_READS: lambda wishes: run_floor(wishes, "--only-read"),
    FLOOR: run_floor,
    "memory": lambda wishes: run_conduitd(wishes, {"CONDUITD_SPOOL_DIR": "memory"}),
    "interval": lambda wishes: run_conduitd(wishes, {"CONDUITD_SPOOL_SYNC": "interval"}),
    "always": lambda wishes: run_conduitd(wishes, {"CONDUITD_SPOOL_SYNC": "always"}),
    "never": lambda wishes: run_conduitd(wishes, {"CONDUITD_SPOOL_SYNC": "never"}),
}


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]


def cpu_model():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    return found[1] if found else platform.machine()


def describe_machine(wishes):
    cores = len(os.sched_getaffinity(0))
    yield f"machine: {cpu_model()}, {cores} cores, Linux {platform.release()}"
    yield f"versions: {first_line('c++', '--version')}; {first_line('openssl', 'version')}"
    yield (
        f"load: {wishes.events:,} events of {wishes.frame_bytes} bytes in TLS records of "
        f"{wishes.record_bytes}, median of {wishes.repeats} runs; spool in {tempfile.gettempdir()}"
    )
    if cores > 1:
        yield "cores: generator and counter share the first, the reader has the rest"


def median_row(name, runs):
    row = {
        key: statistics.median(run[key] for run in runs)
        for key in ("events_per_second", "cpu_us", "peak_mb", "generator_us", "generator_blocked")
    }
    row |= {key: max(run[key] for run in runs) for key in ("lost", "doubled", "other_lines")}
    return {"name": name, **row}


def cells_of(row, floor_us):
    has_output = row["name"] != ONLY_READS
    return {
        "reader": row["name"],
        "events/s": f"{row['events_per_second']:,.0f}",
        "CPU µs/event": f"{row['cpu_us']:.2f}",
        "× floor": f"{row['cpu_us'] / floor_us:.2f}" if floor_us else "",
        "peak RSS MB": f"{row['peak_mb']:.1f}",
        "lost": str(row["lost"]) if has_output else "",
        "doubled": str(row["doubled"]) if has_output else "",
        "other lines": str(row["other_lines"]) if has_output else "",
        "generator: CPU µs/event": f"{row['generator_us']:.2f}",
        "blocked by reader": f"{row['generator_blocked']:.0%}",
    }


def print_table(rows):
    widths = {key: max(len(key), *(len(row[key]) for row in rows)) for key in rows[0]}
    for row in (dict(zip(widths, widths)), *rows):
        print(" | ".join(row[key].ljust(width) for key, width in widths.items()))


def misses_of(rows, floor_us):
    for row in rows:
        if row["name"] == ONLY_READS:
            continue
        if row["lost"] or row["doubled"]:
            yield f"{row['name']}: {row['lost']} lost, {row['doubled']} doubled or out of order"
        budget = BUDGETS.get(row["name"])
        if budget and floor_us and row["cpu_us"] > budget * floor_us:
            yield f"{row['name']}: {row['cpu_us'] / floor_us:.2f} × floor, above {budget:g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--conduitd", required=True)
    parser.add_argument("--tools", required=True, help="folder of load_generator, floor, drain")
    # So many fit into the spool, should the consumer fall behind the reader all the while.
    parser.add_argument("--events", type=int, default=500_000, help="of each run")
    parser.add_argument("--frame-bytes", type=int, default=1400)
    parser.add_argument("--record-bytes", type=int, default=16384, help="of TLS, 512 to 16384")
    parser.add_argument("--repeats", type=int, default=3, help="of all rows, in turn")
    parser.add_argument("--rows", default=",".join(ROWS), help="separated by commas")
    wishes = parser.parse_args()
    names = wishes.rows.split(",")
    if unknown := set(names) - set(ROWS):
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")

    for line in describe_machine(wishes):
        print(line)
    runs = {name: [] for name in names}
    for _ in range(wishes.repeats):
        for name in names:
            runs[name].append(ROWS[name](wishes))
    rows = [median_row(name, runs[name]) for name in names]
    floor_us = next((row["cpu_us"] for row in rows if row["name"] == FLOOR), None)
    print_table([cells_of(row, floor_us) for row in rows])
    misses = list(misses_of(rows, floor_us))
    for miss in misses:
        print(miss)
    sys.exit(1 if misses else 0)


if __name__ == "__main__":
    main()
