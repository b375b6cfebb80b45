"""Which reconnect URLs are followed. Any other is answered with a fresh session beside the old one."""

import json

import pytest

from other_twitch import make_message


@pytest.mark.parametrize(
    "url",
    [
        "ws://192.0.2.1/ws",
        "ws://eventsub.example.net/ws",
        "ws://127.0.0.1.example.net/ws",
        "ws://127.0.0.1@192.0.2.1/ws",
        "ws://192.0.2.1#@127.0.0.1/ws",
        "ws://2130706433/ws",
        "ws://0x7f.1/ws",
        "wss://127.0.0.1:{port}/ws",
        "http://127.0.0.1:{port}/ws",
        "ws://user:password@127.0.0.1:{port}/ws",
        "ws://127.0.0.1:0/ws",
        "ws://127.0.0.1:99999/ws",
        "ws://127.0.0.1:{port}/ws\r\nX-Injected: yes",
        "ws://127.0.0.1:{port}/a b",
        "/ws?challenge=1",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "not a URL",
        "x" * 100_000,
        "",
        None,
        17,
        ["ws://127.0.0.1:{port}/ws"],
    ],
    ids=lambda url: str(url)[:40],
)
def test_a_url_that_is_not_to_be_followed_brings_a_fresh_session(twitch, start, url):
    daemon = start(twitch)
    twitch.wait_bound()
    before = twitch.notify()

    twitch.order_reconnect(url.replace("{port}", str(twitch.port)) if isinstance(url, str) else url)
    meanwhile = twitch.notify()
    second = twitch.wait_bound(2)
    after = twitch.notify()
    daemon.wait_id(after)

    assert daemon.drain() == [before, meanwhile, after]
    assert "reconnect URL not followed" in daemon.log
    assert second.target == "/other/path"
    assert len(twitch.sessions) == 2


@pytest.mark.parametrize(
    "payload", [{}, {"session": None}, {"session": {"status": "reconnecting"}}], ids=json.dumps
)
def test_a_reconnect_without_a_url_brings_a_fresh_session(twitch, start, payload):
    daemon = start(twitch)
    twitch.wait_bound()

    twitch.send(json.dumps(make_message("1", payload, "session_reconnect")))
    twitch.wait_bound(2)
    after = twitch.notify()
    daemon.wait_id(after)

    assert daemon.drain() == [after]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_any_loopback_host_and_port_is_followed(twitch, start, host):
    daemon = start(twitch)
    twitch.wait_bound()
    before = twitch.notify()

    url = twitch.reconnect_url().replace(f"127.0.0.1:{twitch.port}", f"{host}:{twitch.other_port}")
    twitch.order_reconnect(url)
    second = twitch.wait_bound(2)
    after = twitch.notify()
    daemon.wait_id(after)

    assert daemon.drain() == [before, after]
    assert "reconnect_id=" in second.target


def test_the_url_is_used_as_it_is_given(twitch, start):
    daemon = start(twitch)
    twitch.wait_bound()

    twitch.order_reconnect(f"ws://127.0.0.1:{twitch.port}/%61?a=%2F&&b=+&c=ä".replace("ä", "%C3%A4"))
    session = twitch.wait_bound(2)

    assert session.target == "/%61?a=%2F&&b=+&c=%C3%A4"
    daemon.drain()


def test_a_url_where_nobody_listens_is_given_up_for_a_fresh_session(twitch, start):
    daemon = start(twitch)
    first = twitch.wait_bound()

    twitch.order_reconnect("ws://127.0.0.1:1/ws")
    while twitch.bound is first:
        last = twitch.notify()
        daemon.wait_id(last)

    assert twitch.wait_bound(2).target == "/other/path"
    assert daemon.drain()[-1] == last
