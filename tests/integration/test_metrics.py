"""The metrics: what is there, as its page says, in Prometheus' text format."""

import http.client
import pathlib
import re
import socket

from test_health import LISTEN, port_of
from unix_consumer import UnixConsumer
from waiting import TIMEOUT, wait_for

PAGE = pathlib.Path(__file__).resolve().parents[2] / "config" / "metrics.md"
ROW = re.compile(r"^\| `(conduitd_\w+)` \| (\w+) \|([^|]*)\|")

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
VALUE = r"(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|NaN|[+-]Inf)"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"^({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? ({VALUE})$", re.IGNORECASE)
DECLARATION = re.compile(rf"^# (HELP|TYPE) ({NAME}) (.+)$")
PARTS = ("_bucket", "_sum", "_count")  # of a histogram


class Scrape:
    """One answer, held against the grammar of the text format as it is read."""

    def __init__(self, text):
        assert text.endswith("\n")
        self.types = {}
        self.samples = {}
        helps = set()
        for line in filter(None, text.split("\n")):
            if found := DECLARATION.match(line):
                kind, name, rest = found.groups()
                seen = self.types if kind == "TYPE" else helps
                assert name not in seen, f"declared twice: {line}"
                helps.add(name) if kind == "HELP" else self.types.update({name: rest})
                continue
            found = SAMPLE.match(line)
            assert found, f"not a sample: {line}"
            name, labels, value = found.groups()
            self._check_family(name)
            key = (name, labels or "")
            assert key not in self.samples, f"twice: {line}"
            self.samples[key] = float(value)
        assert helps == set(self.types)

    def _check_family(self, name):
        base = re.sub(f"({'|'.join(PARTS)})$", "", name)
        family = base if self.types.get(base) == "histogram" else name
        assert list(self.types)[-1] == family, f"{name} is not beside its declaration"

    def __getitem__(self, key):
        name, _, labels = key.partition("{")
        return self.samples[name, labels.rstrip("}")]

    def labels(self, name):
        """The names of labels that samples of this metric have."""
        texts = [labels for metric, labels in self.samples if metric == name]
        return {label for text in texts for label in re.findall(r'(\w+)="', text)}


def get(connection):
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.getheader("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
    return Scrape(answer.read().decode())


def scrape(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        return get(connection)
    finally:
        connection.close()


def scrape_control_socket(path):
    connection = http.client.HTTPConnection("localhost", timeout=TIMEOUT)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(path))
    try:
        return get(connection)
    finally:
        connection.close()


def page():
    """{metric: (type, labels)}, as the page has them."""
    rows = [found.groups() for line in PAGE.read_text().splitlines() if (found := ROW.match(line))]
    assert len(rows) == len({name for name, _, _ in rows}) > 30
    return {
        name: (kind, {label for label in re.findall(r"`(\w+)`", re.sub(r":[^,]*(, `\w+`)*|\([^)]*\)", "", labels))})
        for name, kind, labels in rows
    }


def test_the_page_has_what_is_served_and_nothing_else(start, sim, tmp_path):
    path = tmp_path / "events.sock"
    daemon = start(sim, CONDUITD_SINK_TYPE="unix", CONDUITD_SINK_UNIX_PATH=str(path), **LISTEN)
    daemon.wait_ready()
    with UnixConsumer.connect(path) as consumer:
        consumer.hello(consumer="bot", ack=True)
        served = scrape(port_of(daemon))

    expected = page()
    assert served.types == {name: kind for name, (kind, _) in expected.items()}
    assert {name: served.labels(name) for name in expected} == {
        name: labels for name, (_, labels) in expected.items()
    }


def test_names_follow_the_conventions():
    for name, (kind, _) in page().items():
        assert name.endswith("_total") == (kind == "counter"), name
        assert not re.search(r"_(ms|milliseconds|minutes|kb|mib|percent)\b", name), name


def test_counters_are_what_came(start, sim):
    daemon = start(sim, **LISTEN)
    daemon.wait_ready()
    before = scrape(port_of(daemon))
    sim.emit(count=50)
    daemon.wait_lines(50)

    after = scrape(port_of(daemon))

    assert after["conduitd_events_total"] - before["conduitd_events_total"] == 50
    assert after["conduitd_event_bytes_total"] > 50 * 100
    assert after["conduitd_lines_written_total"] == 50
    assert (after["conduitd_ready"], after['conduitd_state{state="holding"}']) == (1, 1)
    assert after['conduitd_shards{kind="own"}'] == 1
    assert 0 < after["conduitd_helix_points_left"] <= after["conduitd_helix_points_limit"]
    assert after["conduitd_handovers_total"] == 0
    sim.reconnect()
    wait_for(lambda: scrape(port_of(daemon))["conduitd_handovers_total"] == 1, "a handover")
    assert scrape(port_of(daemon))["conduitd_reconnects_total"] == 1


def test_calls_claims_and_the_token_are_there(start, sim):
    daemon = start(sim, **LISTEN)
    daemon.wait_ready()

    served = scrape(port_of(daemon))

    claims = served['conduitd_claims_total{outcome="accepted"}']
    calls = 'conduitd_helix_calls_total{endpoint="PATCH /eventsub/conduits/shards",status="2xx"}'
    assert 1 <= claims <= served[calls]
    assert served['conduitd_claims_total{outcome="failed"}'] == 0
    assert served['conduitd_helix_calls_total{endpoint="POST /oauth2/token",status="2xx"}'] == 1
    assert 0 < served["conduitd_token_expiry_seconds"] < 100 * 24 * 3600


def test_a_call_without_success_is_counted_by_its_class(start, sim):
    sim.fault("PATCH /helix/eventsub/conduits/shards", status=503, times=1)
    daemon = start(sim, **LISTEN)
    daemon.wait_ready()

    served = scrape(port_of(daemon))

    endpoint = "PATCH /eventsub/conduits/shards"
    assert served[f'conduitd_helix_calls_total{{endpoint="{endpoint}",status="5xx"}}'] == 1
    assert served['conduitd_claims_total{outcome="failed"}'] == 1


def test_frames_of_a_handover_are_counted_on_each_session(start, sim):
    daemon = start(sim, **LISTEN)
    daemon.wait_ready()
    sim.generate(100)
    sim.reconnect()
    daemon.wait_log("handover done")
    sim.end_events()

    served = scrape(port_of(daemon))

    told = dict(re.findall(r"(read_old|read_new)=(\d+)", daemon.log))
    assert served['conduitd_handover_frames_total{session="old"}'] == int(told["read_old"])
    assert served['conduitd_handover_frames_total{session="new"}'] == int(told["read_new"])


def test_the_control_socket_has_them_without_a_port(start, sim, tmp_path):
    daemon = start(sim)
    daemon.wait_ready()

    assert scrape_control_socket(tmp_path / "state" / "control-0.sock")["conduitd_ready"] == 1


def test_each_consumer_has_its_lag(start, sim, tmp_path):
    path = tmp_path / "events.sock"
    daemon = start(sim, CONDUITD_SINK_TYPE="unix", CONDUITD_SINK_UNIX_PATH=str(path), **LISTEN)
    daemon.wait_ready()
    port = port_of(daemon)
    with UnixConsumer.connect(path) as consumer:
        consumer.hello(consumer="bot", ack=True)
        sim.emit(count=7)
        wait_for(
            lambda: scrape(port)['conduitd_consumer_lag_records{consumer="bot"}'] == 7, "a lag of 7"
        )
        assert scrape(port)['conduitd_consumer_connected{consumer="bot"}'] == 1

    wait_for(
        lambda: scrape(port)['conduitd_consumer_connected{consumer="bot"}'] == 0, "that it left"
    )
    assert scrape(port)['conduitd_consumer_lag_records{consumer="bot"}'] == 7
