"""What tells whether a worker is well: http.listen, and `conduitd health`."""

import http.client
import json
import re
import signal
import socket
import subprocess

from programs import binary
from waiting import TIMEOUT, wait_for

LISTEN = {"CONDUITD_HTTP_LISTEN": "127.0.0.1:0"}


def port_of(daemon):
    daemon.wait_log("serving /livez")
    return int(re.search(r"serving /livez.* listen=127\.0\.0\.1:(\d+)", daemon.log)[1])


def get(port, path, **headers):
    """The HTTP status and the document."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def health(state_dir, *arguments, **environment):
    return subprocess.run(
        [binary("CONDUITD_BIN"), "health", *arguments],
        env={"CONDUITD_STATE_DIR": str(state_dir), "TWITCH_SHARD_ID": "0", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def test_ready_is_who_has_its_shard(start, sim, tmp_path):
    daemon = start(sim, **LISTEN)
    daemon.wait_ready()
    port = port_of(daemon)

    wait_for(lambda: get(port, "/readyz")[0] == 200, "ready")
    assert get(port, "/livez") == (200, {"live": True})
    assert get(port, "/readyz") == (200, {"ready": True, "state": "holding", "reason": None})
    assert get(port, "/status")[1]["session_id"]
    done = health(tmp_path / "state")
    assert (done.returncode, done.stdout) == (0, "ready: holding\n")


def test_who_cannot_get_a_session_is_alive_and_says_why_it_is_not_ready(start, sim, tmp_path):
    sim.fault("upgrade", status=503, times=1000)
    daemon = start(sim, **LISTEN)
    port = port_of(daemon)
    daemon.wait_log("HTTP status 503")

    status, document = get(port, "/readyz")

    # Until its first claim the conduit is looked up anew for each dial.
    assert (status, document["ready"]) == (503, False)
    assert document["state"] in ("preparing", "seeking")
    assert document["reason"].startswith("no session")
    assert get(port, "/livez")[0] == 200
    done = health(tmp_path / "state")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("conduitd: not ready: no session")
    assert health(tmp_path / "state", "--live").stdout == "alive\n"


def test_a_stand_by_is_ready(start, sim, tmp_path):
    start(sim).wait_ready()
    second = start(sim, CONDUITD_NAME="second", TWITCH_SHARD_ID="auto", **LISTEN)
    second.wait_log("standing by")

    assert get(port_of(second), "/readyz")[1]["state"] == "standby"
    assert health(tmp_path / "state", CONDUITD_NAME="second").stdout == "ready: standby\n"


def test_a_process_that_does_not_run_is_not_alive(start, sim, tmp_path):
    daemon = start(sim)
    daemon.wait_ready()
    daemon.signal(signal.SIGSTOP)
    try:
        done = health(tmp_path / "state", "--live")
    finally:
        daemon.signal(signal.SIGCONT)

    assert done.returncode == 1
    assert "no worker answers at" in done.stderr
    daemon.kill()
    assert "no worker answers at" in health(tmp_path / "state").stderr


def test_nothing_can_be_changed_and_names_are_not_served(start, sim):
    daemon = start(sim, CONDUITD_HTTP_HOSTS="worker-1", **LISTEN)
    port = port_of(daemon)

    assert get(port, "/livez", Host="evil.example")[0] == 421
    assert get(port, "/livez", Host="worker-1:9090")[0] == 200
    assert get(port, "/drain")[0] == 404
    assert "drain" not in get(port, "/")[1]["error"]


def test_a_port_that_is_taken_is_said_and_tried_again(start, sim):
    with socket.create_server(("127.0.0.1", 0)) as other:
        place = f"127.0.0.1:{other.getsockname()[1]}"
        daemon = start(sim, CONDUITD_HTTP_LISTEN=place)
        daemon.wait_log("http.listen cannot be had")
        daemon.wait_ready()

    assert get(port_of(daemon), "/livez")[0] == 200
    assert daemon.log.count("http.listen cannot be had") == 1


def test_what_is_no_address_is_refused():
    done = subprocess.run(
        [binary("CONDUITD_BIN"), "check", "--http.listen", "worker-1:9090"],
        env={"TWITCH_CLIENT_ID": "id", "TWITCH_CLIENT_SECRET": "secret", "HOME": "/"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )

    assert done.returncode == 78
    assert 'http.listen: "worker-1" is no IP address' in done.stderr
