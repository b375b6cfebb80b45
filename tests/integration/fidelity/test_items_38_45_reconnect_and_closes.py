"""The server-requested reconnect (38 to 44), O the old socket and N the new one; closes (45)."""

import json
import re

import pytest

from raw_client import Ended
from virtual_time import seconds_between
from waiting import wait_for

CLOSE_CODES = [4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 1000, 1001, 1011, 1012]


@pytest.fixture
def bound_at(quiet_sim, http_of, connect):
    """A simulator with these arguments and a session that is shard 0 of a conduit."""

    def start(*arguments):
        sim = quiet_sim(*arguments)
        api = http_of(sim)
        client = connect(sim)
        client.conduit = api.create_conduit()
        api.bind(client.conduit, client)
        return sim, api, client

    return start


def test_item_38_order_is_as_captured(sim, bound):
    sim.reconnect()

    text = bound.next_text()

    session = json.loads(text)["payload"]["session"]
    assert session["id"] == bound.session_id
    assert session["status"] == "reconnecting"
    assert session["connected_at"] == bound.session["connected_at"]
    assert session["keepalive_timeout_seconds"] is None
    assert r"\u0026id=" in text
    address = re.escape(sim.facts["listening"])
    url = rf"ws://{address}/cell-a/ws\?challenge=[0-9a-f-]{{36}}&id={bound.session_id}"
    assert re.fullmatch(url, session["reconnect_url"])


def test_item_38_order_comes_by_a_timer(bound_at, follow):
    _, _, client = bound_at("--reconnect-after", "2", "--time-scale", "4")

    successor = follow(client.reconnect_url()).read_head().welcome()

    assert successor.session_id == client.session_id
    assert successor.reconnect_url() != ""


def test_item_38_url_may_lack_a_path(bound_at, follow):
    sim, _, client = bound_at("--reconnect-path", "none")
    sim.reconnect()
    url = client.reconnect_url()

    successor = follow(url).read_head().welcome()

    assert url.startswith(f"ws://{sim.facts['listening']}?challenge=")
    assert successor.session_id == client.session_id


def test_item_38_url_may_be_any(sim, bound):
    sim.reconnect(url="wss://elsewhere.example:444/x?a=1&b=2")

    assert bound.reconnect_url() == "wss://elsewhere.example:444/x?a=1&b=2"


def test_item_39_events_move_with_the_welcome(sim, bound, follow):
    sim.reconnect()
    url = bound.reconnect_url()
    before = sim.emit(count=10)
    assert bound.notification_ids(10) == before

    successor = follow(url).read_head().welcome()
    after = sim.emit(count=10)

    assert successor.notification_ids(10) == after
    assert bound.close().code == 1000
    assert not [frame for frame in bound.frames if after[0].encode() in frame.payload]


def test_item_39_nothing_is_lost_under_load(sim, bound, follow):
    sim.generate(500)
    received = bound.notification_ids(50)
    sim.reconnect()
    url = bound.reconnect_url()
    successor = follow(url).read_head().welcome()
    received += successor.notification_ids(50)
    sim.generate(0)
    bound.close()

    wait_for(lambda: sim.state()["queued"] == 0, "everything written")
    everything = b"".join(frame.payload for frame in bound.frames)
    sent = sim.sent_ids()
    successor.close()
    everything += b"".join(frame.payload for frame in successor.frames)
    assert not [message_id for message_id in sent if message_id.encode() not in everything]


def test_item_39_old_connection_gets_events_for_a_while(bound_at, follow):
    sim, _, client = bound_at("--overlap", "60")
    sim.reconnect()
    successor = follow(client.reconnect_url()).read_head().welcome()

    late = sim.emit(count=5)

    assert client.notification_ids(5) == late
    client.close()
    later = sim.emit(count=5)
    assert successor.notification_ids(5) == later


def test_item_39_overlap_ends(bound_at, follow):
    sim, _, client = bound_at("--overlap", "5", "--time-scale", "20")
    sim.reconnect()
    successor = follow(client.reconnect_url()).read_head().welcome()

    def is_carrier():
        rows = {row["socket"]: row["carries_session"] for row in sim.sessions()}
        return rows[max(rows)]

    wait_for(is_carrier, "the end of the overlap")
    ids = sim.emit(count=5)

    assert successor.notification_ids(5) == ids


def test_item_40_same_id_carries_the_shard(sim, api, bound, follow):
    sim.reconnect()

    successor = follow(bound.reconnect_url()).read_head().welcome()

    assert successor.session == bound.session
    bound.close()
    assert api.status(bound.conduit) == "enabled"
    ids = sim.emit(count=5)
    assert successor.notification_ids(5) == ids


def test_item_40_fresh_id_leaves_the_shard_until_a_call(bound_at, follow):
    sim, api, client = bound_at("--reconnect-id", "fresh")
    sim.reconnect()

    successor = follow(client.reconnect_url()).read_head().welcome()

    assert successor.session_id != client.session_id
    ids = sim.emit(count=5)
    assert client.notification_ids(5) == ids
    api.bind(client.conduit, successor)
    ids = sim.emit(count=5)
    assert successor.notification_ids(5) == ids


def test_item_40_fresh_id_has_to_be_used(start_sim, http_of, connect, follow):
    sim = start_sim("--reconnect-id", "fresh", "--ping-period", "0", "--unused-limit", "3")
    api = http_of(sim)
    client = connect(sim)
    api.bind(api.create_conduit(), client)
    sim.reconnect()

    successor = follow(client.reconnect_url()).read_head().welcome()

    assert successor.wait_close().code == 4003


def test_item_41_challenge_is_single_use(sim, bound, follow):
    sim.reconnect()
    url = bound.reconnect_url()
    follow(url).read_head().welcome()

    again = follow(url).read_head()

    assert again.status == 101
    closed = again.wait_close()
    assert (closed.code, closed.reason) == (4007, "invalid reconnect attempt")


def test_item_41_challenge_that_is_wrong(sim, api, bound, follow):
    sim.reconnect()
    url = bound.reconnect_url()
    wrong = re.sub("challenge=.", "challenge=x", url)
    other = url.replace(bound.session_id, bound.session_id[::-1])

    for changed in (wrong, other):
        client = follow(changed).read_head()
        assert client.status == 101
        assert client.wait_close().code == 4007
    assert api.status(bound.conduit) == "enabled"


def test_item_41_challenge_lapses(bound_at, follow):
    sim, _, client = bound_at("--reconnect-grace", "1")
    sim.reconnect()
    url = client.reconnect_url()
    client.wait_close()

    assert follow(url).read_head().wait_close().code == 4007


def test_item_41_old_connection_has_to_be_open(sim, bound, follow):
    sim.reconnect()
    url = bound.reconnect_url()
    bound.close()

    assert follow(url).read_head().wait_close().code == 4007


def test_item_42_old_connection_ends_when_nobody_reconnects(bound_at):
    sim, api, client = bound_at("--time-scale", "20")
    sim.reconnect()

    closed = client.wait_close()

    assert (closed.code, closed.reason) == (4004, "client reconnect grace time expired")
    assert api.status(client.conduit) == "websocket_failed_to_reconnect"


def test_item_42_old_connection_ends_when_it_is_left_open(bound_at, follow):
    sim, api, client = bound_at("--reconnect-grace", "3")
    sim.reconnect()
    successor = follow(client.reconnect_url()).read_head().welcome()

    assert client.wait_close().code == 4004

    assert api.status(client.conduit) == "enabled"
    ids = sim.emit(count=3)
    assert successor.notification_ids(3) == ids


def test_item_43_closing_the_old_connection_changes_nothing(sim, api, bound, follow):
    sim.reconnect()
    successor = follow(bound.reconnect_url()).read_head().welcome()
    before = api.shard(bound.conduit)

    bound.close()
    wait_for(lambda: len(sim.sessions()) == 1, "the end of O")

    assert api.shard(bound.conduit) == before
    assert sim.sessions()[0]["id"] == successor.session_id


def test_item_44_new_connection_is_slow(sim, bound, follow):
    sim.fault("welcome/reconnect", delay_ms=500)
    sim.reconnect()

    successor = follow(bound.reconnect_url()).read_head().welcome()

    ids = sim.emit(count=3)
    assert successor.notification_ids(3) == ids


def test_item_44_new_connection_is_never_welcomed(sim, bound, follow):
    sim.fault("welcome/reconnect", drop="never")
    sim.reconnect()
    assert follow(bound.reconnect_url()).read_head().status == 101

    ids = sim.emit(count=3)

    assert bound.notification_ids(3) == ids


def test_item_44_new_connection_is_too_slow(bound_at, follow):
    sim, api, client = bound_at("--time-scale", "20")
    sim.fault("welcome/reconnect", delay_ms=40_000)
    sim.reconnect()
    successor = follow(client.reconnect_url()).read_head()

    assert client.wait_close().code == 4004
    assert successor.wait_close().code == 4007
    assert api.status(client.conduit) == "websocket_failed_to_reconnect"


@pytest.mark.parametrize("effect", [{"status": 429}, {"status": 503}, {"drop": "before"}])
def test_item_44_new_connection_is_refused(sim, bound, follow, connect, effect):
    sim.fault("upgrade/reconnect", **effect)
    sim.reconnect()
    url = bound.reconnect_url()
    connect(sim)

    if "status" in effect:
        assert follow(url).read_head().status == effect["status"]
    else:
        with pytest.raises(Ended):
            follow(url).read_head()

    assert follow(url).read_head().welcome().session_id == bound.session_id


def test_item_44_new_connection_drops_after_its_welcome(sim, api, bound, follow):
    sim.fault("welcome/reconnect", drop="after")
    sim.reconnect()

    successor = follow(bound.reconnect_url()).read_head().welcome()
    successor.wait_end()

    assert api.status(bound.conduit) == "websocket_disconnected"
    sim.emit()
    assert sim.state()["dropped"] == 1


def test_item_44_second_order_on_the_old_connection(bound_at, follow):
    sim, _, client = bound_at()
    sim.reconnect()
    first = client.reconnect_url()
    sim.reconnect()
    second = client.reconnect_url()

    assert first != second
    assert follow(first).read_head().wait_close().code == 4007
    assert follow(second).read_head().welcome().session_id == client.session_id


def test_item_44_second_order_gives_no_more_time(bound_at):
    sim, _, client = bound_at("--time-scale", "10")
    sim.reconnect()
    ordered = client.next_message("session_reconnect")["metadata"]["message_timestamp"]
    sim.admin("POST", "/schedule", {"in_ms": 20_000, "do": "reconnect"})
    sim.admin("POST", "/schedule", {"in_ms": 45_000, "do": "emit"})

    assert client.wait_close().code == 4004

    (ended,) = sim.state()["ended"]
    assert seconds_between(ordered, ended["time"]) >= 30
    wait_for(lambda: sim.state()["dropped"] == 1, "an event within 30 s of the second finds nobody")


def test_item_44_second_order_immediately_on_the_new_connection(sim, bound, follow):
    sim.reconnect(moves=3)
    client = bound

    for _ in range(3):
        successor = follow(client.reconnect_url()).read_head().welcome()
        client.close()
        client = successor

    ids = sim.emit(count=3)
    assert client.notification_ids(3) == ids


def test_item_44_second_order_immediately_on_a_new_connection_with_an_id_of_its_own(bound_at, follow):
    sim, _, client = bound_at("--reconnect-id", "fresh")
    sim.reconnect(moves=3)
    ids = set()

    for _ in range(3):
        successor = follow(client.reconnect_url()).read_head().welcome()
        ids.add(successor.session_id)
        client.close()
        client = successor

    assert len(ids) == 3


@pytest.mark.parametrize("code", CLOSE_CODES)
@pytest.mark.parametrize("reason", [None, "", "going away & coming back"])
def test_item_45_close_with_any_code(sim, bound, code, reason):
    sim.close(code=code, **({} if reason is None else {"reason": reason}))

    closed = bound.wait_close()

    assert closed.code == code
    if reason is None:
        assert bool(closed.reason) == (code >= 4000)
    else:
        assert closed.reason == reason


def test_item_45_tcp_reset(sim, api, bound):
    sim.close(how="reset")

    with pytest.raises(Ended, match="reset"):
        bound.read_frame()
    assert api.status(bound.conduit) == "websocket_disconnected"


@pytest.mark.parametrize("code", [999, 1005, 1006, 1015, 5000, "x"])
def test_item_45_codes_that_may_not_be_sent_are_refused(sim, api, bound, code):
    answer = api.call("POST", "/sim/close", json.dumps({"code": code}))

    assert answer.status == 400
    assert "`code` is" in answer.json["message"]
