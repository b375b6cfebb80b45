"""What may be missing after a kill, and how the daemon has to tell it."""

import json

GAP = "conduitd.gap"


def gaps_of(lines):
    """The payloads of the lines that tell of something missing."""
    return [line["payload"] for line in lines if line["metadata"]["message_type"] == GAP]


def missing_tails(sim, seen, gaps):
    """How many messages are missing of each session that misses some.

    Fails unless they are the last ones that were written to their session, each within the time of
    a gap that was told. `seen` are the ids of all that came.
    """
    sessions = {}
    for entry in json.loads(sim.admin("GET", "/ledger"))["entries"]:
        if entry["state"] == "sent":
            sessions.setdefault(entry["session"], []).append(entry)
    tails = {}
    for session, entries in sessions.items():
        whole = 0
        while whole < len(entries) and entries[whole]["id"] in seen:
            whole += 1
        tail = entries[whole:]
        holes = [entry["id"] for entry in tail if entry["id"] in seen]
        assert not holes, f"{session}: missing from {tail[0]} on, but not {holes[0]}"
        for entry in tail:
            covering = [gap for gap in gaps if gap["since"] <= entry["time"] <= gap["until"]]
            assert covering, f"{entry} is missing and not told: {gaps}"
        if tail:
            tails[session] = len(tail)
    return tails
