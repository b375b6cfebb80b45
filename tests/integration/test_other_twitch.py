"""conduitd against a second implementation of Twitch's servers, which differs wherever it may."""

import json
import random

import pytest

from other_twitch import make_message
from raw_websocket import PING, TEXT, encode_fragments, encode_frame
from waiting import wait_for

EVENT = {"text": "grüße \u2028 \U0001f98a \\ \" </script>", "bits": 1e3, "id": 12345678901234567890}


def payload_text(raw_line):
    """The payload as the bytes it came as: `metadata` stands behind it in these messages."""
    text = raw_line.decode()
    begin = text.index('"payload":') + len('"payload":')
    return text[begin : text.rindex(',"metadata":')]


def test_lines_have_the_bytes_that_were_sent(twitch, start):
    daemon = start(twitch)
    twitch.wait_bound()
    payloads = [
        json.dumps({"event": EVENT}, separators=(",", ":")),
        json.dumps({"event": EVENT}, ensure_ascii=False, separators=(",", ":")),
        '{"b":1.0,"a":1E+2,"b":-0,"\\u0061":"\\/\\u0026\\ud83e\\udd8a"}',
        '{ "spaced" :\t[ 1 , 2 ] }',
    ]
    metadata = '{"message_id":"%d","message_type":"notification"}'

    for number, payload in enumerate(payloads):
        twitch.send('{"payload":' + payload + ',"metadata":' + metadata % number + "}")
    daemon.wait_lines(len(payloads))

    assert daemon.drain() == ["0", "1", "2", "3"]
    assert [payload_text(line) for line in daemon.raw_lines] == payloads


def test_pretty_printed_messages_become_one_line_each(twitch, start):
    daemon = start(twitch)
    twitch.wait_bound()
    message = make_message("pretty", {"event": EVENT})

    twitch.send(json.dumps(message, indent=4).replace("\n", "\r\n"))
    daemon.wait_lines(1)

    assert daemon.drain() == ["pretty"]
    assert len(daemon.raw_lines) == 1
    assert daemon.lines()[0]["payload"] == message["payload"]


def test_fragments_with_pings_between_them_are_one_message(twitch, start):
    daemon = start(twitch)
    session = twitch.wait_bound()
    numbers = random.Random(7)

    for number in range(50):
        message = make_message(f"fragments-{number}", {"event": EVENT})
        sizes = [numbers.randrange(90) for _ in range(numbers.randrange(1, 6))]
        ping = encode_frame(PING, b"ping %d" % number)
        twitch.send_bytes(encode_fragments(json.dumps(message).encode(), sizes, between=ping))
    daemon.wait_lines(50)

    assert daemon.drain() == [f"fragments-{number}" for number in range(50)]
    assert [line["payload"]["event"] for line in daemon.lines()] == [EVENT] * 50
    assert set(session.pongs) == {b"ping %d" % number for number in range(50)}
    assert session.data_frames == []


def test_a_message_may_come_byte_by_byte(twitch, start):
    twitch.welcome_fields = {"keepalive_timeout_seconds": 600}  # however long it takes
    daemon = start(twitch)
    twitch.wait_bound()

    frame = encode_frame(TEXT, json.dumps(make_message("slow", {"event": EVENT})).encode())
    twitch.send_bytes(frame, at_a_time=1)
    daemon.wait_lines(1)

    assert daemon.drain() == ["slow"]


def test_keepalives_by_a_ticker_keep_the_session(twitch, start):
    twitch.keepalive_seconds = 0.05
    daemon = start(twitch)
    session = twitch.wait_bound()

    for number in range(30):
        last = twitch.notify(number=number)
        daemon.wait_id(last)

    assert twitch.bound is session
    assert len(daemon.drain()) == 30
    assert session.close_code == 1000


@pytest.mark.parametrize("has_errors_key", [False, True], ids=["absent", "null"])
def test_errors_need_not_be_named(twitch, start, has_errors_key):
    twitch.has_errors_key = has_errors_key
    daemon = start(twitch)
    daemon.wait_ready()

    assert daemon.drain() == []
    assert [method for method, *_ in twitch.requests].count("PATCH") == 1


def test_calls_carry_what_twitch_wants(twitch, start):
    daemon = start(twitch)
    daemon.wait_ready()
    daemon.drain()

    by_path = {target: (headers, body) for _, target, headers, body in twitch.requests}
    headers, body = by_path["/oauth2/token"]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert "grant_type=client_credentials" in body
    headers, body = by_path["/helix/eventsub/conduits/shards"]
    assert headers["content-type"] == "application/json"
    assert headers["authorization"].startswith("Bearer ")
    assert headers["client-id"] == "other-client"
    assert json.loads(body)["shards"] == [
        {"id": "0", "transport": {"method": "websocket", "session_id": twitch.sessions[0].id}}
    ]


@pytest.mark.parametrize("binds_at_welcome", [False, True], ids=["by call", "by itself"])
def test_a_reconnect_brings_a_session_of_another_id(twitch, start, binds_at_welcome):
    twitch.binds_at_welcome = binds_at_welcome
    daemon = start(twitch)
    twitch.wait_bound()
    sent = []

    for moves in (1, 2):
        sent += [twitch.notify(moves=moves) for _ in range(100)]
        before = twitch.bound
        twitch.order_reconnect(twitch.reconnect_url())
        while twitch.bound is before:
            sent.append(twitch.notify(moves=moves))
        wait_for(lambda: before.close_code, "the session that was left is closed")
        assert len(twitch.sessions) == moves + 1
        assert "reconnect_id=" in twitch.bound.target
    sent.append(twitch.notify())
    daemon.wait_id(sent[-1])

    assert daemon.drain() == sent
    assert [session.close_code for session in twitch.sessions] == [1000] * 3


def test_an_overlap_of_both_sessions_doubles_nothing(twitch, start):
    daemon = start(twitch)
    first = twitch.wait_bound()
    twitch.order_reconnect(twitch.reconnect_url())
    second = twitch.wait_bound(2)
    text = json.dumps(make_message("on-both", {"event": EVENT}))

    twitch.run(first.send_text(text))
    twitch.run(second.send_text(text))
    last = twitch.notify()
    daemon.wait_id(last)

    assert daemon.drain() == ["on-both", last]


def test_what_comes_after_our_close_frame_is_read(twitch, start):
    """The old session's last messages lie between our close frame and the answer to it."""
    daemon = start(twitch)
    session = twitch.wait_bound()
    ids = [f"late-{number}" for number in range(20)]
    frames = b"".join(
        encode_frame(TEXT, json.dumps(make_message(one, {"event": EVENT})).encode()) for one in ids
    )

    session.before_close_answer = frames

    assert daemon.drain() == ids
