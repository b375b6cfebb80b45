"""Shards: 15 to 24."""

import re
import threading

import pytest

from raw_client import TEXT, entry
from virtual_time import seconds_between
from waiting import wait_for


def test_item_15_shards_are_paged(quiet_sim, http_of, connect):
    sim = quiet_sim("--shards-per-page", "2")
    api = http_of(sim)
    client = connect(sim)
    conduit = api.create_conduit(12)
    api.bind(conduit, *[client] * 5, first=7)

    pages = []
    query = ""
    while True:
        page = api.shards(conduit, query).json
        pages.append([shard["id"] for shard in page["data"]])
        if not page["pagination"]:
            break
        assert not page["pagination"]["cursor"].isdigit()
        query = "&after=" + page["pagination"]["cursor"]

    assert pages == [["7", "8"], ["9", "10"], ["11"]]
    assert page["pagination"] == {}
    assert api.shards(conduit, "&after=nonsense").status == 400


def test_item_15_shards_are_filtered_by_status(sim, api, connect):
    kept, lost = connect(sim), connect(sim)
    conduit = api.create_conduit(2)
    api.bind(conduit, kept, lost)
    lost.close()
    wait_for(lambda: api.status(conduit, 1) != "enabled", "the end of shard 1")

    def ids(status):
        return [shard["id"] for shard in api.shards(conduit, "&status=" + status).data]

    assert ids("enabled") == ["0"]
    assert ids("websocket_disconnected") == ["1"]
    assert ids("websocket_internal_error") == []
    assert api.shards(conduit, "&status=nonsense").status == 400


@pytest.mark.parametrize("side, ids", [("omitted", ["1"]), ("listed", ["0", "1", "2"])])
def test_item_15_shards_never_bound(quiet_sim, http_of, connect, side, ids):
    sim = quiet_sim("--unbound-shards", side)
    api = http_of(sim)
    conduit = api.create_conduit(3)
    api.bind(conduit, connect(sim), first=1)

    listed = api.shards(conduit).data

    assert [shard["id"] for shard in listed] == ids
    assert [shard["id"] for shard in listed if shard["status"] == "enabled"] == ["1"]


@pytest.mark.parametrize("side", ["empty", "absent", "null"])
def test_item_16_errors_of_a_full_success(quiet_sim, http_of, connect, side):
    sim = quiet_sim("--claim-errors", side)
    api = http_of(sim)
    conduit = api.create_conduit()

    answer = api.patch(conduit, [entry(0, connect(sim).session_id)])
    failed = api.patch(conduit, [entry(0, "gone")])

    assert answer.status == 202
    assert answer.data[0]["status"] == "enabled"
    assert answer.json.get("errors", "absent") == {"empty": [], "absent": "absent", "null": None}[side]
    assert failed.status == 202
    assert failed.json["data"] == []
    assert len(failed.json["errors"]) == 1


def webhook(**changes):
    transport = {
        "method": "webhook",
        "callback": "https://hooks.example.net/eventsub",
        "secret": "at-least-ten-chars",
    }
    return {"id": "0", "transport": {**transport, **changes}}


@pytest.mark.parametrize(
    "wrong",
    [
        entry(1, "any"),
        entry(-1, "any"),
        entry("x", "any"),
        entry(0, "unknown"),
        {"id": "0", "transport": {"method": "websocket"}},
        {"id": "0", "transport": {"method": "pigeon", "session_id": "any"}},
        {"id": "0"},
        webhook(callback="http://hooks.example.net/eventsub"),
        webhook(callback="https://hooks.example.net:8443/eventsub"),
        webhook(callback="nonsense"),
        webhook(secret="too-short"),
        webhook(secret="x" * 101),
    ],
)
def test_item_17_wrong_entries_are_told_one_by_one(api, bound, wrong):
    answer = api.patch(bound.conduit, [wrong, entry(0, bound.session_id)])

    assert answer.status == 202
    (error,) = answer.json["errors"]
    assert error["id"] == wrong["id"]
    assert error["code"] == "invalid_parameter"
    assert error["message"]
    assert [shard["id"] for shard in answer.data] == ["0"]


@pytest.mark.parametrize(
    "side, code",
    [("invalid_parameter", "invalid_parameter"), ("status_name", "websocket_internal_error")],
)
def test_item_17_code_of_a_dead_session(quiet_sim, http_of, connect, side, code):
    sim = quiet_sim("--dead-session-code", side)
    api = http_of(sim)
    conduit = api.create_conduit()
    dead = connect(sim)
    sim.close(code=4000)
    dead.wait_close()

    answer = api.patch(conduit, [entry(0, dead.session_id)])

    assert [error["code"] for error in answer.json["errors"]] == [code]


def test_item_18_malformed_requests_are_400(api, bound):
    one = entry(0, bound.session_id)
    bodies = [
        {"shards": [one]},
        {"conduit_id": bound.conduit},
        {"conduit_id": bound.conduit, "shards": []},
        {"conduit_id": bound.conduit, "shards": [{"transport": one["transport"]}]},
        {"conduit_id": bound.conduit, "shards": [one] * 101},
    ]

    answers = [api.helix("PATCH", api.SHARDS, body) for body in bodies]

    assert [answer.status for answer in answers] == [400] * len(bodies)
    assert answers[3].json["message"] == 'Missing required parameter ""'
    assert api.patch(bound.conduit, [one] * 100).status == 202


def test_item_19_success_enables_the_shard(sim, api, connect, bound):
    bound.close()
    wait_for(lambda: "disconnected_at" in api.shard(bound.conduit)["transport"], "the end")
    successor = connect(sim)

    answer = api.bind(bound.conduit, successor)

    shard = api.shard(bound.conduit)
    assert answer.data == [shard]
    assert shard["status"] == "enabled"
    assert shard["transport"]["session_id"] == successor.session_id
    assert shard["transport"]["connected_at"][:19] == successor.session["connected_at"][:19]
    assert "disconnected_at" not in shard["transport"]


def test_item_19_success_stops_the_timer_of_unused_sessions(start_sim, http_of, connect):
    sim = start_sim("--unused-limit", "4", "--keepalive", "1", "--ping-period", "0")
    api = http_of(sim)
    conduit = api.create_conduit()
    used, unused = connect(sim), connect(sim)
    api.bind(conduit, used)

    assert unused.wait_close().code == 4003
    assert used.next_message()["metadata"]["message_type"] == "session_keepalive"
    assert api.status(conduit) == "enabled"


def test_item_20_older_session_lives_on_keepalives(quiet_sim, http_of, connect):
    sim = quiet_sim("--keepalive", "1")
    api = http_of(sim)
    older, newer = connect(sim), connect(sim)
    conduit = api.create_conduit()
    api.bind(conduit, older)

    api.bind(conduit, newer)

    ids = sim.emit(count=5)
    assert newer.notification_ids(5) == ids
    for _ in range(2):
        assert older.next_message()["metadata"]["message_type"] == "session_keepalive"


def test_item_21_session_may_have_several_shards(sim, api, connect):
    client = connect(sim)
    conduit = api.create_conduit(3)

    api.bind(conduit, client, client, client)
    api.bind(conduit, client, client, client)

    ids = sim.emit(count=50)
    assert client.notification_ids(50) == ids


def test_item_21_shards_are_swapped_in_one_request(sim, api, connect):
    first, second = connect(sim), connect(sim)
    conduit = api.create_conduit(2)
    api.bind(conduit, first, second)

    api.bind(conduit, second, first)

    assert api.shard(conduit, 0)["transport"]["session_id"] == second.session_id
    assert api.shard(conduit, 1)["transport"]["session_id"] == first.session_id


def test_item_21_entries_apply_with_a_gap_between(quiet_sim, http_of, connect):
    sim = quiet_sim("--entry-gap", "5")
    api = http_of(sim)
    client = connect(sim)
    conduit = api.create_conduit(2)
    answers = []
    call = threading.Thread(target=lambda: answers.append(api.bind(conduit, client, client)))
    call.start()

    def ids():
        return [shard["id"] for shard in api.shards(conduit).data]

    wait_for(lambda: ids() == ["0"], "the first entry alone")
    assert not answers
    call.join()

    assert len(answers[0].data) == 2
    wait_for(lambda: ids() == ["0", "1"], "both entries")


@pytest.mark.parametrize("side, digits", [("seconds", ""), ("nanoseconds", r"\.\d{9}")])
def test_item_22_timestamps_of_helix(quiet_sim, http_of, connect, side, digits):
    sim = quiet_sim("--helix-timestamps", side)
    api = http_of(sim)
    client = connect(sim)
    conduit = api.create_conduit()
    api.bind(conduit, client)
    client.close()
    wait_for(lambda: "disconnected_at" in api.shard(conduit)["transport"], "the end")

    transport = api.shard(conduit)["transport"]

    for name in ("connected_at", "disconnected_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d" + digits + "Z", transport[name])


def end_by_client(sim, client):
    client.close()


def end_by_fin(sim, client):
    client.end()


def end_by_text(sim, client):
    client.send(TEXT, b"hello")
    client.wait_close()


def end_by_code(code):
    return lambda sim, client: sim.close(code=code)


@pytest.mark.parametrize(
    "end, status",
    [
        (end_by_client, "websocket_disconnected"),
        (end_by_fin, "websocket_disconnected"),
        (end_by_text, "websocket_received_inbound_traffic"),
        (end_by_code(4000), "websocket_internal_error"),
        (end_by_code(4002), "websocket_failed_ping_pong"),
        (end_by_code(4004), "websocket_failed_to_reconnect"),
        (end_by_code(4005), "websocket_network_timeout"),
        (end_by_code(4006), "websocket_network_error"),
    ],
)
def test_item_23_status_says_how_the_session_ended(sim, api, bound, end, status):
    end(sim, bound)

    wait_for(lambda: api.status(bound.conduit) == status, lambda: api.shards(bound.conduit).text)


def test_item_23_shard_that_points_elsewhere_is_not_touched(sim, api, connect, bound):
    api.bind(bound.conduit, connect(sim))

    bound.close()
    wait_for(lambda: len(sim.sessions()) == 1, "the end of the older session")

    assert api.status(bound.conduit) == "enabled"


def test_item_24_loss_without_fin_is_noticed_late(quiet_sim, http_of, connect):
    sim = quiet_sim("--time-scale", "10")
    api = http_of(sim)
    client = connect(sim)
    conduit = api.create_conduit()
    api.bind(conduit, client)

    client.reset()
    wait_for(lambda: sim.sessions()[0]["lost"], "the loss")
    noted = sim.state()["time"]
    sim.emit()

    wait_for(lambda: api.status(conduit) == "websocket_disconnected", "what Twitch notices")
    (ended,) = sim.state()["ended"]
    assert seconds_between(noted, ended["time"]) > 10
    assert sim.state()["lost"] == 1


def test_item_24_loss_without_fin_is_noticed_at_once(quiet_sim, http_of, connect):
    sim = quiet_sim("--loss-noticed-after", "0")
    api = http_of(sim)
    client = connect(sim)
    conduit = api.create_conduit()
    api.bind(conduit, client)

    client.reset()

    wait_for(lambda: api.status(conduit) == "websocket_disconnected", "what Twitch notices")
