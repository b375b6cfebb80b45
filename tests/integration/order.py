"""The order in which messages come out, whichever sessions the shard moves between."""

from datetime import datetime

from programs import OWN_LINE

# While a shard moves, what the new session brings waits until the old one has been quiet for so
# long (HandoverOptions::hold_quiet).
QUIET_NANOSECONDS = 100_000_000


def nanoseconds(time):
    """Of a time as in "2026-11-23T09:12:32.123456789Z"."""
    seconds, fraction = time.removesuffix("Z").split(".")
    whole = datetime.fromisoformat(seconds + "+00:00").timestamp()
    return int(whole) * 10**9 + int(fraction.ljust(9, "0"))


def find_overtaken(places):
    """Those that came behind a later one; the places of all, in the order in which they came."""
    overtaken = []
    latest = -1
    for place in places:
        if place < latest:
            overtaken.append(place)
        latest = max(latest, place)
    return overtaken


def assert_order_kept(sim, daemon):
    """All that was sent has come out, once, in the order in which Twitch sent it off.

    But where an old session was quiet for as long as the new one waits for it, nobody could know
    that there was more on its way: from there on each of the two has its own order only. For a
    daemon that has ended.
    """
    sent = sim.sent_ids()
    places = {message_id: place for place, message_id in enumerate(sent)}
    received = {}
    for line in daemon.lines():
        metadata = line["metadata"]
        if not metadata["message_type"].startswith(OWN_LINE):
            received[metadata["message_id"]] = nanoseconds(line["received_at"])
    ids = daemon.ids()
    assert sorted(ids) == sorted(sent)

    overtaken = find_overtaken(places[message_id] for message_id in ids)
    assert overtaken == sorted(overtaken), "the old session's own order is lost"
    for place in set(overtaken) - {place + 1 for place in overtaken}:
        quiet = received[sent[place]] - received[sent[place - 1]]
        assert quiet >= QUIET_NANOSECONDS, (
            f"message {place} of {len(sent)} came out behind later ones,"
            f" and was received {quiet / 1e6:.3f} ms after the one before it; log:\n{daemon.log}"
        )
