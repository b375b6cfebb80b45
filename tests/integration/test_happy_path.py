"""From a start to lines and a clean stop, with nothing going wrong."""

import json
import re
import signal
import stat

LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warn|error) \w+: \S")


def test_lines_are_twitchs_messages_with_our_keys_in_front(start_sim, start):
    sim = start_sim("--rate", "200")
    daemon = start(sim, CONDUITD_LOG_LEVEL="debug")

    daemon.wait_lines(100)
    ids = daemon.drain()

    assert ids == sim.sent_ids()
    conduit_id = sim.state()["conduits"][0]["id"]
    for sequence, line in enumerate(daemon.lines(), start=1):
        assert list(line) == ["seq", "received_at", "conduit_id", "shard_id", "metadata", "payload"]
        assert line["seq"] == sequence
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", line["received_at"])
        assert (line["conduit_id"], line["shard_id"]) == (conduit_id, "0")
        assert line["payload"]["subscription"]["type"] == line["metadata"]["subscription_type"]
    assert not [line for line in daemon.log.splitlines() if not LOG_LINE.match(line)]


def test_raw_lines_have_nothing_added(start_sim, start):
    sim = start_sim("--rate", "200")
    daemon = start(sim, CONDUITD_SINK_FORMAT="raw")

    daemon.wait_lines(50)
    ids = daemon.drain()

    assert ids == sim.sent_ids()
    assert all(list(line) == ["metadata", "payload"] for line in daemon.lines())


def test_log_is_json_when_asked(sim, start):
    daemon = start(sim, CONDUITD_LOG_FORMAT="json")

    daemon.wait_log('"ready"')
    daemon.drain()

    lines = [json.loads(line) for line in daemon.log.splitlines()]
    assert all({"time", "level", "area", "message"} <= line.keys() for line in lines)


def test_signals_that_ask_are_answered_in_the_log(sim, start):
    daemon = start(sim)
    daemon.wait_ready()
    sim.emit(count=3)
    daemon.wait_lines(3)

    daemon.signal(signal.SIGUSR1)
    daemon.wait_log("conduitd: status state=holding")
    daemon.signal(signal.SIGHUP)
    daemon.wait_log("HUP does nothing here")

    assert re.search(r"status .*\bforwarded=3\b", daemon.log)
    assert daemon.drain() == sim.sent_ids()


def test_a_repeated_message_comes_out_once(sim, start):
    daemon = start(sim)
    daemon.wait_ready()

    (repeated,) = sim.emit()
    sim.emit(duplicate_of=repeated)
    (last,) = sim.emit()
    daemon.wait_id(last)

    assert daemon.drain() == [repeated, last]
    assert sim.state()["duplicates"] == 1


def test_revocations_are_forwarded(sim, start):
    daemon = start(sim)
    daemon.wait_ready()
    revocation = {
        "metadata": {"message_id": "revocation-1", "message_type": "revocation"},
        "payload": {"subscription": {"status": "authorization_revoked"}},
    }

    sim.emit(raw=json.dumps(revocation))
    daemon.wait_lines(1)

    assert daemon.drain() == ["revocation-1"]
    assert daemon.lines()[0]["payload"] == revocation["payload"]


def test_token_is_kept_for_the_next_start(sim, start, tmp_path):
    first = start(sim)
    first.wait_ready()
    first.drain()
    kept = tmp_path / "state" / "token.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert sim.calls("POST /oauth2/token") == 1

    second = start(sim)
    second.wait_ready()
    second.drain()

    assert sim.calls("POST /oauth2/token") == 1
    assert sim.calls("GET /oauth2/validate") == 2


def test_a_kept_token_that_was_revoked_is_replaced(sim, start):
    first = start(sim)
    first.wait_ready()
    first.drain()
    sim.revoke_tokens()

    second = start(sim)
    second.wait_ready()

    assert sim.calls("POST /oauth2/token") == 2
    second.drain()


def test_subscriptions_are_changed_neither_by_a_start_nor_by_a_restart(sim, start):
    def calls():
        calls = sim.state()["calls"]
        return [name for name in calls if "subscriptions" in name and not name.startswith("GET ")]

    first = start(sim)
    first.wait_ready()
    first.drain()
    second = start(sim)
    second.wait_ready()
    second.kill()
    third = start(sim)
    third.wait_ready()
    third.drain()

    assert calls() == []
    sim.call("DELETE", "/helix/eventsub/subscriptions?id=1")
    assert calls() == ["DELETE /helix/eventsub/subscriptions"]  # such a call would have been seen


def test_conduit_is_created_on_an_empty_account(start_sim, start):
    sim = start_sim("--conduit", "0")

    daemon = start(sim, CONDUITD_CONDUIT_SHARD_COUNT="3", CONDUITD_SHARD_ID="2")
    daemon.wait_ready()

    (conduit,) = sim.state()["conduits"]
    assert conduit["shard_count"] == 3
    shards = [(shard["id"], shard["status"]) for shard in conduit["shards"]]
    assert shards == [("0", "enabled"), ("1", "enabled"), ("2", "enabled")]
    daemon.drain()


def test_the_only_conduit_is_used(sim, start):
    conduit_id = sim.create_conduit(2)

    daemon = start(sim, TWITCH_SHARD_ID="1")
    daemon.wait_ready()

    assert [conduit["id"] for conduit in sim.state()["conduits"]] == [conduit_id]
    daemon.wait_log(f"conduit={conduit_id} shard=1")
    daemon.drain()


def test_a_named_conduit_is_used_beside_others(sim, start):
    sim.create_conduit(1)
    conduit_id = sim.create_conduit(1)

    daemon = start(sim, TWITCH_CONDUIT_ID=conduit_id)
    daemon.wait_ready()

    daemon.wait_log(f"conduit={conduit_id} shard=0")
    daemon.drain()
