"""The WebSocket and the messages on it: 27 to 34."""

import json
import re
import socket
import ssl

import pytest

from raw_client import CLOSE, PING, PONG, TEXT, Ended, connect_tcp, tls_context
from virtual_time import seconds_between

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def time_of(message):
    return message["metadata"]["message_timestamp"]


@pytest.mark.parametrize(
    "asked, given",
    [("", 10), ("30", 30), ("1", 10), ("0", 10), ("-5", 10), ("601", 600), ("9" * 30, 600), ("x", 10)],
)
def test_item_27_keepalive_is_clamped(sim, connect, asked, given):
    query = "?keepalive_timeout_seconds=" + asked if asked else ""

    client = connect(sim, "/ws" + query)

    assert client.session["keepalive_timeout_seconds"] == given


def test_item_27_no_extension_is_negotiated(sim, connect):
    client = connect(sim, headers=["Sec-WebSocket-Extensions: permessage-deflate"])

    assert client.status == 101
    assert "sec-websocket-extensions" not in client.headers
    assert "sec-websocket-protocol" not in client.headers


@pytest.mark.parametrize("status", [429, 503])
def test_item_27_upgrade_is_refused(sim, dial, status):
    sim.fault("upgrade", status=status)

    assert dial(sim).read_head().status == status
    assert dial(sim).read_head().status == 101


def test_item_27_connection_is_taken_and_never_answered(sim, dial):
    sim.fault("upgrade", drop="never")
    client = dial(sim)

    client.socket.shutdown(socket.SHUT_WR)

    with pytest.raises(Ended):
        client.read_head()


def test_item_27_tls_fails(sim, dial):
    sim.fault("tls")

    with pytest.raises(ssl.SSLError):
        dial(sim, is_tls=True)
    assert dial(sim, is_tls=True).read_head().status == 101


def test_item_27_tls_handshake_is_never_answered(sim):
    sim.fault("tls", drop="never")
    raw = connect_tcp(sim.facts["listening"])
    raw.settimeout(0.3)

    with pytest.raises(TimeoutError):
        tls_context().wrap_socket(raw)
    raw.close()


def test_item_28_welcome_is_first_and_compact(sim, dial):
    text = dial(sim).read_head().next_text()

    message = json.loads(text)
    assert text == json.dumps(message, separators=(",", ":"))
    assert re.fullmatch(UUID, message["metadata"]["message_id"])
    session = message["payload"]["session"]
    assert session["status"] == "connected"
    assert session["reconnect_url"] is None and session["recovery_url"] is None
    assert re.fullmatch(r"AgoQ[A-Za-z0-9_-]{21}[BRhx]IGY2VsbC1[ijh]", session["id"])
    assert len(session["id"]) == 36


@pytest.mark.parametrize(
    "arguments, limit",
    [([], 10), (["--unused-limit", "4"], 4), (["--unused-after", "keepalive", "--keepalive", "6"], 6)],
)
def test_item_29_unused_session_is_closed(start_sim, connect, arguments, limit):
    sim = start_sim("--time-scale", "20", "--ping-period", "0", *arguments)
    client = connect(sim)

    closed = client.wait_close()

    assert (closed.code, closed.reason) == (4003, "connection unused")
    (ended,) = sim.state()["ended"]
    assert seconds_between(client.session["connected_at"], ended["time"]) >= limit


def test_item_30_keepalive_comes_after_silence(start_sim, connect):
    sim = start_sim(
        "--unused-limit", "3600", "--time-scale", "20", "--ping-period", "1", "--pong-limit", "3600"
    )
    client = connect(sim)

    first, second = client.next_message(), client.next_message()

    for message in (first, second):
        assert message["metadata"]["message_type"] == "session_keepalive"
        assert message["payload"] == {}
        assert re.fullmatch(UUID, message["metadata"]["message_id"])
    assert client.pings, "pings do not put it off, and there were some"
    assert seconds_between(client.session["connected_at"], time_of(first)) >= 10
    assert seconds_between(time_of(first), time_of(second)) >= 10


def test_item_30_notification_puts_the_keepalive_off(quiet_sim, http_of, connect):
    sim = quiet_sim("--keepalive", "2")
    api = http_of(sim)
    client = connect(sim)
    api.bind(api.create_conduit(), client)
    client.next_message("session_keepalive")

    sim.emit()

    notification, keepalive = client.next_message(), client.next_message()
    assert notification["metadata"]["message_type"] == "notification"
    assert keepalive["metadata"]["message_type"] == "session_keepalive"
    assert seconds_between(time_of(notification), time_of(keepalive)) >= 2


def test_item_30_keepalives_are_muted_and_nothing_else(start_sim, http_of, connect):
    sim = start_sim("--keepalive", "1", "--unused-limit", "3600", "--ping-period", "0.2",
                    "--pong-limit", "3600")
    api = http_of(sim)
    client = connect(sim)
    api.bind(api.create_conduit(), client)
    sim.admin("POST", "/mute", {})
    started = len(client.frames)

    while len(client.pings) < 8:
        frame = client.read_frame()
        if frame.opcode == PING:
            client.pings.append(frame.payload)
    (wanted,) = sim.emit()

    texts = [frame for frame in client.frames[started:] if frame.opcode == TEXT]
    assert len(texts) <= 1, "one may have been sent before the order"
    assert client.notification()["metadata"]["message_id"] == wanted
    sim.admin("POST", "/mute", {"on": False})
    assert client.next_message()["metadata"]["message_type"] == "session_keepalive"


def test_item_30_everything_stops_and_the_socket_stays_open(sim, bound):
    sim.close(how="freeze")
    sim.emit()
    bound.socket.settimeout(0.3)

    with pytest.raises(TimeoutError):
        bound.read_frame()

    assert sim.state()["lost"] == 1
    assert sim.sessions()[0]["frozen"]


def test_item_30_messages_and_keepalives_are_stalled(start_sim, http_of, connect):
    sim = start_sim("--ping-period", "0.1", "--pong-limit", "3600")
    api = http_of(sim)
    client = connect(sim)
    api.bind(api.create_conduit(), client)

    sim.stall()
    sim.emit()

    assert [client.read_frame().opcode for _ in range(3)] == [PING] * 3
    assert sim.state()["lost"] == 1


@pytest.mark.parametrize(
    "side, are_empty", [("alternating", {True, False}), ("empty", {True}), ("text", {False})]
)
def test_item_31_pings_have_a_payload_or_not(start_sim, connect, side, are_empty):
    sim = start_sim("--ping-period", "0.1", "--pong-limit", "3600", "--ping-payload", side)
    client = connect(sim)

    frames = [client.read_frame() for _ in range(4)]

    assert {frame.opcode for frame in frames} == {PING}
    assert {frame.payload == b"" for frame in frames} == are_empty


def test_item_31_missing_pong_is_4002(start_sim, http_of, connect):
    sim = start_sim("--ping-period", "1", "--time-scale", "10", "--unused-limit", "3600")
    client = connect(sim)
    client.answers_pings = False

    assert client.wait_close().code == 4002


@pytest.mark.parametrize("opcode", [0x1, 0x2])
def test_item_31_data_from_the_client_is_4001(bound, opcode):
    bound.send(opcode, b"hello")

    assert bound.wait_close().code == 4001


def test_item_31_client_ping_is_tolerated(sim, bound):
    bound.send(PING, b"are you there")

    frame = bound.read_frame()

    assert (frame.opcode, frame.payload) == (PONG, b"are you there")
    (wanted,) = sim.emit()
    assert bound.notification_ids(1) == [wanted]


def test_item_31_client_ping_is_4001(quiet_sim, connect):
    client = connect(quiet_sim("--client-ping", "closed"))

    client.send(PING)

    assert client.wait_close().code == 4001


def test_item_31_unsolicited_pong_is_tolerated(sim, bound):
    bound.send(PONG, b"just so")

    (wanted,) = sim.emit()
    assert bound.notification_ids(1) == [wanted]


def test_item_32_notification_is_as_captured(sim, api, bound):
    condition = {"broadcaster_user_id": "700100200", "user_id": "700999111"}
    made = api.subscribe(bound.conduit, "channel.chat.message", condition).data[0]
    sim.emit(broadcaster_user_id="700100200", text="hi")

    message = bound.notification()

    metadata = message["metadata"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}=", metadata["message_id"])
    assert metadata["subscription_type"] == "channel.chat.message"
    assert metadata["subscription_version"] == "1"
    subscription = message["payload"]["subscription"]
    assert subscription["id"] == made["id"]
    assert subscription["transport"] == {"method": "conduit", "conduit_id": bound.conduit}
    assert subscription["condition"] == condition
    assert message["payload"]["event"]["message"]["text"] == "hi"


def test_item_32_timestamps_have_no_trailing_zeros(sim, bound):
    sim.emit(count=200)

    times = [bound.notification()["metadata"]["message_timestamp"] for _ in range(200)]

    for text in times:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z", text)


@pytest.mark.parametrize("side, shown", [("escaped", r"\u0026 \u003cb\u003e"), ("plain", "& <b>")])
def test_item_32_escapes(quiet_sim, http_of, connect, side, shown):
    sim = quiet_sim("--escapes", side)
    api = http_of(sim)
    client = connect(sim)
    api.bind(api.create_conduit(), client)
    sim.emit(text="a & <b> \\u0026 雪 🎉")

    text = client.next_text()

    assert f'"text":"a {shown} \\\\u0026 雪 🎉"' in text
    assert json.loads(text)["payload"]["event"]["message"]["text"] == "a & <b> \\u0026 雪 🎉"


def test_item_33_channel_has_one_shard(sim, api, connect):
    clients = [connect(sim) for _ in range(4)]
    api.bind(api.create_conduit(4), *clients)
    for channel in range(40):
        sim.emit(broadcaster_user_id=str(channel), count=3)

    shards = {}
    channels = {}
    for row in json.loads(sim.admin("GET", "/ledger"))["entries"]:
        shards[row["id"]] = row["shard"]
    for number, client in enumerate(clients):
        for _ in range(list(shards.values()).count(str(number))):
            message = client.notification()
            assert shards[message["metadata"]["message_id"]] == str(number)
            channel = message["payload"]["event"]["broadcaster_user_id"]
            channels.setdefault(channel, set()).add(number)

    assert len(channels) == 40
    assert all(len(numbers) == 1 for numbers in channels.values())
    assert set().union(*channels.values()) == {0, 1, 2, 3}


@pytest.mark.parametrize("side", ["once", "none"])
def test_item_33_event_of_a_disabled_shard(quiet_sim, http_of, connect, side):
    sim = quiet_sim("--resend", side)
    api = http_of(sim)
    client = connect(sim)
    api.bind(api.create_conduit(2), client)

    for channel in range(20):
        sim.emit(broadcaster_user_id=str(channel))

    rows = json.loads(sim.admin("GET", "/ledger"))["entries"]
    dropped = [row for row in rows if row["state"] == "dropped"]
    assert all(row["reason"] == "no shard enabled" for row in dropped)
    assert bool(dropped) == (side == "none")
    assert client.notification_ids(20 - len(dropped)) == [
        row["id"] for row in rows if row["state"] == "sent"
    ]


def test_item_33_event_without_any_shard_is_dropped(sim, api):
    api.create_conduit()

    (wanted,) = sim.emit()

    (row,) = json.loads(sim.admin("GET", "/ledger"))["entries"]
    assert (row["id"], row["state"], row["reason"]) == (wanted, "dropped", "no shard enabled")


def test_item_34_ledger_has_every_event_and_its_fate(sim, api, connect, bound):
    sim.emit(count=100)
    received = bound.notification_ids(100)
    session = bound.session_id
    bound.close()
    sim.emit(count=10)

    ledger = json.loads(sim.admin("GET", "/ledger"))

    assert len(ledger["entries"]) == 110
    sent = [row for row in ledger["entries"] if row["state"] == "sent"]
    assert [row["id"] for row in sent] == received == sim.sent_ids()
    assert {(row["session"], row["shard"]) for row in sent} == {(session, "0")}
    assert ledger["dropped"] == 10


def test_item_31_close_of_the_client_is_answered(bound):
    closed = bound.close(1000)

    assert closed.code == 1000
    assert bound.frames[-1].opcode == CLOSE
