"""HTTP answers that no Twitch should give: each is a clear line in the log, and the start goes on."""

import json

import pytest

from other_twitch import CONDUIT_ID, http_answer

TOKEN = ("POST", "/oauth2/token")
VALIDATION = ("GET", "/oauth2/validate")
CONDUITS = ("GET", "/helix/eventsub/conduits")
SHARDS = ("PATCH", "/helix/eventsub/conduits/shards")

MEBIBYTE = 1024 * 1024


def plain(status, body, headers=""):
    return f"HTTP/1.1 {status} X\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}".encode()


ANSWERS = {
    "nothing": b"",
    "garbage": b"\x16\x03\x01\x00\xa5SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "garbage status": b"HTTP/1.1 two-hundred OK\r\n\r\n",
    "truncated": b'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{"data":[',
    "contradicting lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n12345",
    "negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "broken chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "endless headers": b"HTTP/1.1 200 OK\r\n" + b"X-Pad: " + b"x" * MEBIBYTE,
    "empty 200": plain(200, ""),
    "HTML 500": plain(500, "<html>we are sorry</html>"),
    "HTML 200": plain(200, "<html>log in to the hotel's network</html>"),
    "redirect": plain(302, "", "Location: /elsewhere\r\n"),
    "huge": plain(200, '{"data":"' + "x" * 5 * MEBIBYTE + '"}'),
    "deep": plain(200, "[" * 100_000),
    "list": plain(200, "[]"),
    "wrong types": plain(
        200, '{"data":{"id":1},"errors":7,"access_token":[],"client_id":{},"expires_in":"soon"}'
    ),
    "invalid UTF-8": b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"data":"\xff\xfe"} ',
}


@pytest.mark.parametrize("endpoint", [TOKEN, VALIDATION, CONDUITS, SHARDS], ids=lambda e: e[1])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_without_sense_delays_the_start_alone(twitch, start, answer, endpoint):
    twitch.answers[endpoint] = [answer]
    daemon = start(twitch)

    daemon.wait_ready()
    last = twitch.notify()
    daemon.wait_id(last)

    assert daemon.drain() == [last]
    assert " warn " in daemon.log
    assert "x" * 1000 not in daemon.log
    assert not [target for _, target, *_ in twitch.requests if "elsewhere" in target]


def entry(**changes):
    return {"id": "0", "status": "enabled", "transport": {"method": "websocket"}, **changes}


@pytest.mark.parametrize(
    "body",
    [
        {"data": []},
        {"data": None, "errors": None},
        {"data": [entry(id="1")]},
        {"data": [entry(status="websocket_disconnected")]},
        {"data": [entry(status="delighted")]},
        {"data": [entry(transport={"method": "websocket", "session_id": "of another"})]},
        {"data": [], "errors": [{"id": "0", "message": "no\nsuch session", "code": "x"}]},
    ],
    ids=lambda body: json.dumps(body)[:60],
)
def test_a_claim_counts_only_when_the_answer_says_so(twitch, start, body):
    twitch.answers[SHARDS] = [http_answer(202, body)]
    daemon = start(twitch)

    daemon.wait_ready()
    daemon.drain()

    assert daemon.log.count("claim failed") == 1
    assert daemon.log.index("claim failed") < daemon.log.index("claim accepted")


def test_an_interim_answer_is_not_the_answer(twitch, start):
    conduits = json.dumps({"data": [{"id": CONDUIT_ID, "shard_count": 1}]})
    twitch.answers[CONDUITS] = [b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + plain(200, conduits)]
    daemon = start(twitch)

    daemon.wait_ready()
    daemon.drain()

    assert " warn " not in daemon.log


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"garbage\r\n\r\n",
        plain(200, "hello"),
        plain(302, "", "Location: /elsewhere\r\n"),
        plain(503, "<html>busy</html>"),
        b"HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: d3Jvbmc=\r\n\r\n",
        b"HTTP/1.1 101 OK\r\n" + b"X-Pad: " + b"x" * MEBIBYTE,
    ],
    ids=["nothing", "garbage", "200", "redirect", "503", "wrong accept key", "endless headers"],
)
def test_an_upgrade_that_fails_is_tried_again(twitch, start, answer):
    twitch.upgrade_answers = [answer]
    daemon = start(twitch)

    daemon.wait_ready()
    daemon.drain()

    assert "warn worker: session ended" in daemon.log
    assert len(twitch.sessions) == 1
