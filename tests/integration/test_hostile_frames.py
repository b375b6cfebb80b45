"""Frames that no Twitch should send: each is skipped, or costs the session, and nothing else."""

import json
import struct

import pytest

from other_twitch import make_message
from raw_websocket import BINARY, CLOSE, CONTINUATION, PING, TEXT, encode_fragments, encode_frame

MEBIBYTE = 1024 * 1024


def text_frame(text):
    return encode_frame(TEXT, text.encode())


def message_text(**metadata):
    return json.dumps({"metadata": metadata, "payload": {"event": {}}})


SKIPPED = {
    "empty": text_frame(""),
    "blanks": text_frame(" \r\n\t"),
    "not JSON": text_frame("Sorry, we are closed"),
    "HTML": text_frame("<html><body>502 Bad Gateway</body></html>"),
    "truncated": text_frame(json.dumps(make_message("truncated", {"event": {"text": "a"}}))[:-9]),
    "two documents": text_frame(message_text(message_id="1", message_type="notification") * 2),
    "list": text_frame('[{"metadata":{"message_id":"1","message_type":"notification"}}]'),
    "number": text_frame("4007"),
    "null": text_frame("null"),
    "deeply nested": text_frame('{"payload":' + "[" * 100_000 + "]" * 100_000 + "}"),
    "nesting left open": text_frame('{"payload":' * 50_000),
    "no metadata": text_frame('{"payload":{}}'),
    "metadata is a word": text_frame('{"metadata":"session_welcome","payload":{}}'),
    "no id": text_frame(message_text(message_type="notification")),
    "numeric id": text_frame(message_text(message_id=7, message_type="notification")),
    "empty id": text_frame(message_text(message_id="", message_type="notification")),
    "endless id": text_frame(message_text(message_id="x" * 9000, message_type="notification")),
    "numeric type": text_frame(message_text(message_id="1", message_type=3)),
    "unknown type": text_frame(message_text(message_id="1", message_type="session_confetti")),
    "broken escape": text_frame(r'{"metadata":{"message_id":"\u12","message_type":"notification"}}'),
    "lone surrogate": text_frame(
        r'{"metadata":{"message_id":"\ud800","message_type":"notification"}}'
    ),
    "second welcome": text_frame(
        json.dumps(make_message("1", {"session": {"id": "stolen"}}, "session_welcome"))
    ),
    "welcome without a session": text_frame(json.dumps(make_message("1", {}, "session_welcome"))),
    "binary": encode_frame(BINARY, message_text(message_id="1", message_type="notification").encode()),
}


@pytest.mark.parametrize("frame", SKIPPED.values(), ids=SKIPPED.keys())
def test_a_frame_without_sense_is_skipped_and_logged(twitch, start, frame):
    daemon = start(twitch)
    session = twitch.wait_bound()

    before = twitch.notify()
    twitch.send_bytes(frame)
    after = twitch.notify()
    daemon.wait_id(after)

    assert daemon.drain() == [before, after]
    assert "skipped" in daemon.log
    assert twitch.sessions == [session]
    assert session.data_frames == []


def test_controls_in_a_frame_do_not_reach_the_log(twitch, start):
    daemon = start(twitch)
    twitch.wait_bound()

    twitch.send(message_text(message_id="1", message_type="\n2026-01-01 info \x1b[31mforged"))
    daemon.wait_id(twitch.notify())
    daemon.drain()

    assert "\x1b" not in daemon.log
    assert not [line for line in daemon.log.splitlines() if line.startswith("2026-01-01 info")]


FATAL = {
    "invalid UTF-8": encode_frame(TEXT, b'{"metadata":{"message_id":"\xff\xfe\xc0"}}'),
    "unknown opcode": encode_frame(0x3, b"{}"),
    "reserved bit": bytes([encode_frame(TEXT, b"{}")[0] | 0x40]) + encode_frame(TEXT, b"{}")[1:],
    "masked": bytes([0x81, 0x82, 1, 2, 3, 4, 5, 6]),
    "continuation of nothing": encode_frame(CONTINUATION, b"{}"),
    "message within a message": encode_frame(TEXT, b"{", is_last=False) + encode_frame(TEXT, b"{}"),
    "ping in fragments": encode_frame(PING, b"ping", is_last=False),
    "ping that is too long": encode_frame(PING, b"x" * 126),
    "close of one byte": encode_frame(CLOSE, b"\x03"),
    "close with a code that is none": encode_frame(CLOSE, struct.pack("!H", 999)),
    "close with a reason that is no text": encode_frame(CLOSE, b"\x0f\xa0\xff\xff"),
    "length of 2^63": bytes([0x81, 127]) + struct.pack("!Q", 1 << 63),
    "length of 1 GiB": bytes([0x81, 127]) + struct.pack("!Q", 1 << 30),
    "17 MiB": encode_fragments(b"x" * 17 * MEBIBYTE, [MEBIBYTE] * 17),
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n\r\n",
}


@pytest.mark.parametrize("data", FATAL.values(), ids=FATAL.keys())
def test_bytes_that_break_the_protocol_cost_the_session_alone(twitch, start, data):
    daemon = start(twitch)
    twitch.wait_bound()
    before = twitch.notify()
    daemon.wait_id(before)

    twitch.send_bytes(data)
    twitch.wait_bound(2)
    after = twitch.notify()
    daemon.wait_id(after)

    assert daemon.drain() == [before, after]
    assert "warn worker: session ended" in daemon.log


OVERSIZED = {
    "2 MiB": text_frame(json.dumps(make_message("huge", {"pad": "x" * 2 * MEBIBYTE}))),
    "2 MiB in fragments": encode_fragments(b'{"pad":"' + b"x" * 2 * MEBIBYTE, [MEBIBYTE // 2] * 3),
}


@pytest.mark.parametrize("data", OVERSIZED.values(), ids=OVERSIZED.keys())
def test_what_comes_behind_an_oversized_message_is_not_lost(twitch, start, data):
    daemon = start(twitch)
    twitch.wait_bound()

    twitch.send_bytes(data + text_frame(json.dumps(make_message("behind", {"event": {}}))))
    twitch.wait_bound(2)
    after = twitch.notify()
    daemon.wait_id(after)

    assert daemon.drain() == ["behind", after]
    assert "warn worker: frame skipped" in daemon.log
    assert "warn worker: session in doubt" in daemon.log


@pytest.mark.parametrize("size", [64 * 1024, 900 * 1024], ids=["64 KiB", "900 KiB"])
def test_a_large_message_is_forwarded(twitch, start, size):
    daemon = start(twitch)
    session = twitch.wait_bound()

    large = twitch.notify(pad="x" * size)
    after = twitch.notify()
    daemon.wait_id(after)

    assert daemon.drain() == [large, after]
    assert len(daemon.lines()[0]["payload"]["event"]["pad"]) == size
    assert twitch.sessions == [session]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(make_message("1", {"session": {"reconnect_url": "ws://x/"}}, "session_reconnect")),
        json.dumps(make_message("1", {}, "session_keepalive")),
        json.dumps(make_message("1", {"session": {"id": ""}}, "session_welcome")),
        json.dumps(make_message("1", {"session": {"id": 7}}, "session_welcome")),
        json.dumps(make_message("1", {"session": {"id": "x" * 9000}}, "session_welcome")),
        message_text(message_id="1", message_type="session_confetti"),
        "garbage",
    ],
    ids=[
        "reconnect",
        "keepalive",
        "welcome with an empty id",
        "welcome with a numeric id",
        "welcome with an endless id",
        "unknown type",
        "garbage",
    ],
)
def test_what_comes_before_the_welcome_does_no_harm(twitch, start, text):
    twitch.before_welcome = [text]
    daemon = start(twitch)
    daemon.wait_ready()

    after = twitch.notify()
    daemon.wait_id(after)

    assert daemon.drain()[-1] == after
    assert "skipped" in daemon.log


@pytest.mark.parametrize("message_type", ["notification", "revocation"])
def test_data_that_comes_before_the_welcome_is_forwarded(twitch, start, message_type):
    twitch.before_welcome = [json.dumps(make_message("early", {"event": {}}, message_type))]
    daemon = start(twitch)
    daemon.wait_ready()

    after = twitch.notify()
    daemon.wait_id(after)

    assert daemon.drain() == ["early", after]


@pytest.mark.parametrize(
    "timeout", [None, "10", -1, 0, 1e300, 99999999999999999999, {}, 2.5], ids=str
)
def test_a_keepalive_timeout_without_sense_is_taken_as_the_default(twitch, start, timeout):
    twitch.welcome_fields = {"keepalive_timeout_seconds": timeout, "status": 7}
    daemon = start(twitch)
    daemon.wait_ready()

    daemon.wait_log("keepalive_s=10 ")
    daemon.drain()
