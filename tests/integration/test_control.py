"""The control socket and conduitctl: status, rotate and drain of running workers."""

import concurrent.futures
import json
import os
import re
import signal
import socket
import stat

import pytest

from control import Ctl, connect, exchange, read_to_end
from moves import load
from order import assert_order_kept
from programs import full_rate
from waiting import wait_for

ROTATIONS = 3
CONNECTIONS_MAX = 16


@pytest.fixture
def ctl(tmp_path):
    return Ctl(tmp_path / "state")


def assert_balanced(report):
    assert report["is_balanced"]
    read = report["read_old"] + report["read_new"]
    assert read == report["forwarded"] + report["duplicates"]


def test_rotations_under_load_lose_and_double_nothing(start_sim, start, ctl):
    sim = start_sim()
    daemon = start(sim)
    daemon.wait_ready()

    for _ in range(ROTATIONS):
        load(sim, daemon)
        before = ctl.status()["session_id"]
        (worker,) = ctl.json("rotate")["workers"]
        report = worker["handover"]
        assert worker["is_done"]
        assert (report["cause"], report["from"]) == ("rotation", before)
        assert report["to"] == ctl.status()["session_id"] != before
        assert report["unbound_ms"] == 0
        assert report["forwarded"] > 0
        assert_balanced(report)
    daemon.wait_id(sim.end_events())
    status = ctl.status()
    ids = daemon.drain()

    state = sim.state()
    assert (state["lost"], state["dropped"]) == (0, 0)
    assert_order_kept(sim, daemon)
    assert status["counters"]["handovers"] == ROTATIONS
    assert (status["counters"]["gaps"], status["counters"]["losses"]) == (0, 0)
    assert status["counters"]["forwarded"] == len(ids)


def test_rotate_says_in_words_what_was_done_and_who_asked(start, sim, ctl):
    daemon = start(sim)
    daemon.wait_ready()

    done = ctl("rotate")

    assert done.returncode == 0
    assert done.stdout.startswith("worker 0: rotated: took ")
    daemon.wait_log(f"rotate asked for uid={os.getuid()} pid=")


def test_a_rotation_on_which_the_old_session_is_lost_says_so(start, sim, ctl):
    daemon = start(sim)
    daemon.wait_ready()
    sim.fault("upgrade", status=429)  # the next dial waits for at least 15 s
    with concurrent.futures.ThreadPoolExecutor() as pool:
        rotation = pool.submit(ctl, "rotate")
        daemon.wait_log("HTTP status 429")

        sim.close(code=4000)

        done = rotation.result()
    assert done.returncode == 1
    assert "rotated, but the old session was lost on the way: took " in done.stderr


def test_rotate_is_refused_while_nothing_is_bound(start, sim, ctl):
    sim.fault("POST /oauth2/token", status=503, times=1000)
    daemon = start(sim)
    daemon.wait_log("token request failed")

    done = ctl("rotate")

    assert done.returncode == 1
    assert done.stderr == "worker 0: refused: no session is bound that could be replaced\n"


def test_rotate_that_takes_too_long_says_so(start, sim, ctl):
    daemon = start(sim)
    daemon.wait_ready()
    sim.fault("upgrade", status=503, times=1000)

    done = ctl("rotate", "--timeout", "1")

    assert done.returncode == 1
    assert "not done within 1 s, and still under way" in done.stderr
    assert "already" in ctl("rotate").stderr
    assert daemon.is_running()


def test_rotate_of_a_worker_without_a_token_says_what_it_waits_for(start, sim, ctl):
    daemon = start(sim, TWITCH_CLIENT_SECRET=None, TWITCH_ACCESS_TOKEN=sim.token())
    daemon.wait_ready()
    sim.revoke_tokens()
    sim.reconnect()
    daemon.wait_log("degraded")
    wait_for(lambda: ctl.status()["state"] == "holding", "the session that moved is bound")

    done = ctl("rotate", "--timeout", "1")

    assert done.returncode == 1
    assert "not done within 1 s, and it waits until Twitch grants a token again" in done.stderr
    assert daemon.is_running()


def test_drain_is_what_term_is(start_sim, start, ctl):
    sim = start_sim("--rate", str(full_rate() // 2))
    daemon = start(sim)
    daemon.wait_lines(500)

    done = ctl("drain")

    assert (done.returncode, done.stdout) == (0, "worker 0: stopped\n")
    assert daemon.end() == 0
    assert daemon.ids() == sim.sent_ids()
    assert [ended["code"] for ended in sim.state()["ended"]] == [1000]
    assert "drain asked for uid=" in daemon.log
    assert not ctl.path().exists()


def test_a_drain_that_lost_something_says_so(start_sim, start, ctl):
    """It once said `stopped` and ended with 0, though the worker ended with 75."""
    sim = start_sim("--rate", str(full_rate() // 2))
    read_end, write_end = os.pipe()
    daemon = start(sim, stdout=write_end, CONDUITD_DRAIN_TIMEOUT="1", CONDUITD_SPOOL_DIR="memory")
    os.close(write_end)
    wait_for(lambda: sim.state()["sent"] > 1000, "more than the pipe holds")

    (worker,) = ctl.json("drain", code=1)["workers"]

    os.close(read_end)
    assert daemon.end() == 75
    assert (worker["is_done"], worker["exit_code"]) == (False, 75)
    assert worker["error"] == (
        "stopped with exit code 75: the sink did not take everything in time"
    )
    assert not ctl.path().exists()


def test_a_drain_of_a_worker_that_is_killed_says_so(start_sim, start, ctl):
    sim = start_sim("--rate", str(full_rate() // 2))
    read_end, write_end = os.pipe()
    daemon = start(sim, stdout=write_end, CONDUITD_DRAIN_TIMEOUT="300")
    os.close(write_end)
    wait_for(lambda: sim.state()["sent"] > 1000, "more than the pipe holds")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        drain = pool.submit(ctl, "drain")
        daemon.wait_log("drain asked for")

        daemon.kill()

        done = drain.result()
    os.close(read_end)
    assert done.returncode == 1
    assert done.stderr == "worker 0: it ended without saying how: see its exit code and its log\n"


def test_a_drain_of_a_worker_that_only_takes_the_order_waits_for_its_end(ctl):
    """One of another version: what its exit code is, nobody said."""
    ctl.state_dir.mkdir()
    status = {"pid": 1, "name": "0", "state": "holding"}
    answers = {b"GET": (200, status), b"POST": (202, {"draining": True})}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(ctl.path()))
        listener.listen()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            drain = pool.submit(ctl, "drain")
            for _ in range(4):  # the search, the order, and two looks whether it is gone
                client, _ = listener.accept()
                with client:
                    code, document = answers[client.recv(65536).split()[0]]
                    body = json.dumps(document)
                    client.sendall(
                        f"HTTP/1.1 {code} X\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
                    )
            listener.close()

            done = drain.result()

    assert done.returncode == 1
    assert done.stderr == "worker 0: it ended without saying how: see its exit code and its log\n"


def test_whoever_asked_to_drain_is_told_of_the_same_end(start_sim, start, ctl):
    sim = start_sim("--rate", "50")
    daemon = start(sim)
    daemon.wait_lines(10)
    with connect(ctl.path()) as first, connect(ctl.path()) as second:
        for client in (first, second):
            client.sendall(b"POST /drain?wait HTTP/1.1\r\n\r\n")

        answers = [read_to_end(client).partition("\r\n\r\n")[2] for client in (first, second)]

    assert answers == ['{"exit_code":0,"reason":""}\n'] * 2
    assert daemon.end() == 0


# Only a second signal cuts a stop short: an order given twice is no change of mind.
def test_drain_asked_for_twice_waits_for_the_reader(start_sim, start, ctl):
    sim = start_sim("--rate", str(full_rate() // 2))
    read_end, write_end = os.pipe()
    daemon = start(sim, stdout=write_end, CONDUITD_DRAIN_TIMEOUT="300")
    os.close(write_end)
    wait_for(lambda: sim.state()["sent"] > 1000, "more than the pipe holds")

    for _ in range(2):
        done = ctl("drain", "--timeout", "1")
        assert (done.returncode, "still draining" in done.stderr) == (1, True)
    assert ctl.status()["state"] in ("stopping", "stopped")
    with os.fdopen(read_end, "rb") as lines:
        lines.read()

    assert daemon.wait_exit() == 0


def test_status_is_one_document(start_sim, start, ctl):
    sim = start_sim("--rate", "50")
    daemon = start(sim)
    daemon.wait_lines(10)

    status = ctl.status()

    assert (status["state"], status["shard_id"], status["name"]) == ("holding", "0", "0")
    assert status["pid"] == daemon.pid
    assert status["session_id"] == sim.wait_one_session()
    assert status["counters"]["forwarded"] >= 10
    assert status["last_handover"] is None
    text = ctl("status").stdout
    assert "worker 0: holding" in text
    assert re.search(r"\n  load +available, \d+% of what it can take; \d+ events/s\n", text)
    assert re.search(r"\n  spool +\d+ bytes in /.*/state/auto/0\n", text)
    assert status["session_id"] in text
    assert sim.facts["client_secret"] not in text + str(status)


def test_usr1_logs_the_same_values(start, sim, ctl):
    daemon = start(sim)
    daemon.wait_ready()

    daemon.signal(signal.SIGUSR1)
    daemon.wait_log("conduitd: status state=holding")

    daemon.wait_log(f"session={ctl.status()['session_id']}")


def test_all_are_meant_only_when_said(start, sim, ctl):
    sim.create_conduit(2)
    first = start(sim)
    second = start(sim, CONDUITD_SHARD_ID="1", CONDUITD_NAME="blue")
    first.wait_ready()
    second.wait_ready()

    table = ctl("status")
    refused = ctl("rotate")
    of_one = ctl.json("rotate", "--shard", "1")["workers"]
    of_all = ctl.json("rotate", "--all")["workers"]
    by_socket = ctl("drain", "--socket", ctl.path("blue"))
    of_the_rest = ctl("drain", "--all")

    assert table.returncode == 0
    rows = [line.split()[:3] for line in table.stdout.splitlines()]
    assert rows == [["NAME", "SHARD", "STATE"], ["0", "0", "holding"], ["blue", "1", "holding"]]
    assert refused.returncode == 64
    assert str(ctl.path("0")) in refused.stderr
    assert str(ctl.path("blue")) in refused.stderr
    assert [worker["name"] for worker in of_one] == ["blue"]
    assert [worker["is_done"] for worker in of_all] == [True, True]
    assert (by_socket.returncode, by_socket.stdout) == (0, "worker blue: stopped\n")
    assert (of_the_rest.returncode, of_the_rest.stdout) == (0, "worker 0: stopped\n")
    assert (first.wait_exit(), second.wait_exit()) == (0, 0)


def test_nobody_there_is_said_with_where_was_looked(ctl, tmp_path):
    done = ctl("status", RUNTIME_DIRECTORY=str(tmp_path / "run"))

    assert done.returncode == 69
    assert "no worker found" in done.stderr
    for folder in (ctl.state_dir, tmp_path / "run", "/run/conduitd"):
        assert str(folder) in done.stderr
    assert ctl.json("drain", "--all", code=69)["workers"] == []
    assert ctl("drain", "--socket", tmp_path / "none").returncode == 69
    assert ctl("drain", "--shard", "x").returncode == 64


def test_a_dead_socket_is_said_and_replaced(start, sim, ctl):
    first = start(sim)
    first.wait_ready()
    first.kill()
    dead = ctl("status")
    second = start(sim)
    second.wait_ready()

    assert dead.returncode == 69
    assert f"{ctl.path()}: stale" in dead.stderr
    assert ctl.status()["pid"] == second.pid


def test_a_dead_socket_beside_a_living_worker_is_no_error(start, sim, ctl):
    sim.create_conduit(2)
    dead = start(sim, CONDUITD_SHARD_ID="1")
    dead.wait_ready()
    dead.kill()
    start(sim).wait_ready()

    done = ctl("status")

    assert done.returncode == 0
    assert "worker 0: holding" in done.stdout
    assert f"{ctl.path('1')}: stale" in done.stderr
    assert ctl("rotate").returncode == 0


def test_a_worker_that_does_not_answer_is_said(start, sim, ctl):
    daemon = start(sim)
    daemon.wait_ready()
    daemon.signal(signal.SIGSTOP)

    done = ctl("status")
    daemon.signal(signal.SIGCONT)

    assert done.returncode == 1
    assert f"{ctl.path()}: it does not answer" in done.stderr


def test_the_socket_is_for_its_owner_alone(start, sim, ctl):
    start(sim).wait_ready()

    assert stat.filemode(ctl.path().stat().st_mode) == "srw-------"


def test_a_second_worker_of_a_name_is_refused(start, sim, ctl):
    first = start(sim)
    first.wait_ready()
    session = ctl.status()["session_id"]

    second = start(sim)

    assert second.end() == 75
    assert "another worker of this name is running: stop it, or choose another" in second.log
    assert f"path={ctl.path()}" in second.log
    assert ctl.status()["session_id"] == session == sim.wait_one_session()


def test_what_is_no_socket_is_called_so(ctl, tmp_path):
    (tmp_path / "file").write_text("precious")

    done = ctl("status", "--socket", tmp_path / "file")

    assert done.returncode == 1
    assert "not a socket" in done.stderr
    assert "stale" not in done.stderr


def test_what_is_no_socket_is_left_alone(start, sim, ctl):
    ctl.state_dir.mkdir()
    ctl.path().write_text("precious")

    assert start(sim).end() == 78

    assert ctl.path().read_text() == "precious"


def test_a_path_that_is_too_long_is_refused_at_start(start, sim, tmp_path):
    daemon = start(sim, CONDUITD_CONTROL_PATH=str(tmp_path / ("x" * 100)))

    assert daemon.end() == 78
    assert daemon.log.count("\n") == 1
    assert "a socket's path at most 107" in daemon.log


def test_events_matter_more_than_orders(start_sim, start, tmp_path):
    sim = start_sim("--rate", "50")
    daemon = start(sim, CONDUITD_CONTROL_PATH=str(tmp_path / "missing" / "c.sock"))

    daemon.wait_lines(10)

    daemon.wait_log("there is no control socket")
    assert daemon.drain() == sim.sent_ids()


def test_none_means_no_socket(start, sim, ctl):
    start(sim, CONDUITD_CONTROL_PATH="none").wait_ready()

    assert not ctl.path().exists()
    assert ctl("status").returncode == 69


def test_a_file_that_took_the_place_stays(start, sim, ctl):
    daemon = start(sim)
    daemon.wait_ready()
    ctl.path().unlink()
    ctl.path().write_text("another's")

    daemon.drain()

    assert ctl.path().read_text() == "another's"


def test_the_runtime_folder_goes_first(start, sim, ctl, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    start(sim, RUNTIME_DIRECTORY=f"{folder}:/nonexistent").wait_ready()

    assert (folder / "control-0.sock").is_socket()
    assert not ctl.path().exists()
    assert ctl("status", RUNTIME_DIRECTORY=str(folder)).returncode == 0
    assert ctl("status", "--state-dir", folder).returncode == 0


def test_a_worker_with_a_control_path_of_its_own_is_found_by_the_same_variable(
    start, sim, ctl, tmp_path
):
    """As in a container, whose environment both programs share."""
    shared = {"CONDUITD_CONTROL_PATH": f"{tmp_path}/at-{{name}}", "CONDUITD_NAME": "blue"}
    start(sim, **shared).wait_ready()

    elsewhere = ctl("status")
    found = ctl("drain", **shared)

    assert elsewhere.returncode == 69
    assert (found.returncode, found.stdout) == (0, "worker blue: stopped\n")


def test_the_file_of_a_worker_says_where_it_is(start, sim, ctl, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(f"name: green\ncontrol: {{path: '{tmp_path}/at-{{name}}'}}\n")
    state = tmp_path / "state.yaml"
    state.write_text(f"name: red\nstate: {{dir: {tmp_path}/other}}\n")
    secret = {"TWITCH_CLIENT_SECRET_FILE": "/not/for/us"}  # of no concern to conduitctl
    sim.create_conduit(2)
    start(sim, ["--config", str(own)]).wait_ready()
    start(sim, CONDUITD_CONFIG=str(state), CONDUITD_STATE_DIR=None, CONDUITD_SHARD_ID="1").wait_ready()

    by_flag = ctl("status", "--config", own, **secret)
    by_variable = ctl("status", CONDUITD_CONFIG=str(state), CONDUITD_STATE_DIR="", **secret)
    by_none = ctl("status")

    assert "worker green: holding" in by_flag.stdout
    assert "worker red: holding" in by_variable.stdout
    assert by_none.returncode == 69


def test_a_file_that_cannot_be_read_is_said_before_anything_is_done(start, sim, ctl, tmp_path):
    daemon = start(sim)
    daemon.wait_ready()

    done = ctl("drain", "--config", tmp_path / "none.yaml")
    document = ctl.json("status", "--config", tmp_path / "none.yaml", code=64)

    assert done.returncode == 64
    assert f'conduitctl: --config: the file "{tmp_path}/none.yaml" cannot be read' in done.stderr
    assert "cannot be read" in document["error"]
    assert ctl.status()["state"] == "holding"


def test_wrong_requests_are_refused_in_json(start, sim, ctl):
    start(sim).wait_ready()

    def status_of(request):
        head, _, body = exchange(ctl.path(), request).partition("\r\n\r\n")
        assert body.startswith('{"error":"') and body.endswith('"}\n'), body
        return int(head.split()[1])

    assert status_of(b"GET /drain HTTP/1.1\r\n\r\n") == 405
    assert status_of(b"POST /status HTTP/1.1\r\n\r\n") == 405
    assert status_of(b"GET / HTTP/1.1\r\n\r\n") == 404
    assert status_of(b"hello\r\n\r\n") == 400
    assert status_of(b"GET /status HTTP/1.1\r\nX: " + b"x" * 100_000) == 431
    assert status_of(b"POST /rotate HTTP/1.1\r\nContent-Length: 100000\r\n\r\n") == 413
    assert ctl.status()["counters"]["handovers"] == 0


def test_hostile_clients_do_not_disturb_the_events(start_sim, start, ctl):
    sim = start_sim("--rate", str(full_rate() // 2))
    daemon = start(sim)
    daemon.wait_lines(200)

    idle = [connect(ctl.path()) for _ in range(CONNECTIONS_MAX)]
    for client in idle[::2]:
        client.sendall(b"GET /status HTTP/1.1\r\nX: ")
    turned_away = exchange(ctl.path(), b"GET /status HTTP/1.1\r\n\r\n")
    busy = ctl("status")
    daemon.wait_lines(len(daemon.raw_lines) + 200)
    cut = [read_to_end(client) for client in idle]
    for _ in range(100):
        exchange(ctl.path(), os.urandom(1000))
    for _ in range(300):
        connect(ctl.path()).close()
    exchange(ctl.path(), b"POST /drain HTTP/1.1\r\nContent-Length: 1048576\r\n\r\n" + b"x" * 1048576)

    assert turned_away.startswith("HTTP/1.1 503 ")
    assert (busy.returncode, "too many connections" in busy.stderr) == (1, True)
    assert cut == [""] * CONNECTIONS_MAX
    assert ctl.status()["state"] == "holding"
    daemon.wait_id(sim.end_events())
    assert daemon.drain() == sim.sent_ids()
