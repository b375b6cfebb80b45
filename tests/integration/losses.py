"""What may be missing after a kill, and how the daemon has to tell it."""

import json

GAP = "conduitd.gap"


def gaps_of(lines):
    """The payloads of the lines that tell of something missing."""
    return [line["payload"] for line in lines if line["metadata"]["message_type"] == GAP]


def missing_tails(sim, received, gaps):
    """How many messages are missing of each session that misses some.

    Fails unless they are the last ones that were written to their session, each within a gap that
    was told. `received` has the id and the time of all that came. A gap begins when the last that
    came was received; what was written before that, and not read, is in it too.
    """
    sessions = {}
    for entry in json.loads(sim.admin("GET", "/ledger"))["entries"]:
        if entry["state"] == "sent":
            sessions.setdefault(entry["session"], []).append(entry)
    tails = {}
    for session, entries in sessions.items():
        whole = 0
        while whole < len(entries) and entries[whole]["id"] in received:
            whole += 1
        tail = entries[whole:]
        holes = [entry["id"] for entry in tail if entry["id"] in received]
        assert not holes, f"{session}: missing from {tail[0]} on, but not {holes[0]}"
        last_at = received[entries[whole - 1]["id"]] if whole else ""
        for entry in tail:
            since = max(entry["time"], last_at)
            covering = [gap for gap in gaps if gap["since"] <= since and entry["time"] <= gap["until"]]
            nearest = [gap for gap in gaps if gap["until"][:15] == since[:15]]
            assert covering, f"{entry}, after {last_at}, is missing and not told: {nearest}"
        if tail:
            tails[session] = len(tail)
    return tails
