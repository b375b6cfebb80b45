"""Starts that are refused, and commands that only say something."""

import pytest


def test_a_shard_out_of_range_is_refused_with_the_range(sim, start):
    sim.create_conduit(3)

    daemon = start(sim, TWITCH_SHARD_ID="3")

    assert daemon.end() == 78
    assert "has the shards 0-2" in daemon.log


def test_a_conduit_that_does_not_exist_ends_with_69(sim, start):
    conduit_id = sim.create_conduit(1)

    daemon = start(sim, TWITCH_CONDUIT_ID="3f6d2c1a-8b4e-4d7a-9c50-1e2f3a4b5c6d")

    assert daemon.end() == 69
    assert "conduit 3f6d2c1a-8b4e-4d7a-9c50-1e2f3a4b5c6d does not exist" in daemon.log
    assert f"this client id has: {conduit_id} (1 shard)" in daemon.log


def test_several_conduits_are_listed(sim, start):
    conduit_ids = [sim.create_conduit(1), sim.create_conduit(2)]

    daemon = start(sim)

    assert daemon.end() == 78
    assert all(conduit_id in daemon.log for conduit_id in conduit_ids)
    assert "Set conduit.id to one of them" in daemon.log


def test_all_problems_of_the_configuration_are_said_at_once(sim, start):
    daemon = start(
        sim,
        TWITCH_CLIENT_SECRET=None,
        CONDUITD_SHARD_ID="four",
        CONDUITD_LOG_LEVEL="loud",
        CONDUITD_SPOOL_MAX_BYTES="1 GB and a half",
        CONDUITD_TWITCH_ID_URL="ftp://127.0.0.1",
    )

    assert daemon.end() == 78
    problems = daemon.log.splitlines()
    for name in (
        "CONDUITD_SHARD_ID",
        "CONDUITD_LOG_LEVEL",
        "CONDUITD_SPOOL_MAX_BYTES",
        "CONDUITD_TWITCH_ID_URL",
        "TWITCH_CLIENT_SECRET",
    ):
        assert [line for line in problems if line.startswith("conduitd: ") and name in line]
    assert len(problems) == 5


@pytest.mark.parametrize(
    "arguments",
    [["--no-such-flag"], ["run-away"], ["check", "config"], ["--shard.id"]],
    ids=" ".join,
)
def test_wrong_usage_ends_with_64(sim, start, arguments):
    daemon = start(sim, arguments)

    assert daemon.end() == 64
    assert daemon.log.startswith("conduitd: ")
    assert daemon.text() == ""


def test_check_accepts_a_valid_configuration_and_dials_nobody(sim, start):
    daemon = start(sim, ["check"])

    assert daemon.end() == 0
    assert daemon.text() == "the configuration is valid\n"
    assert sim.calls("POST /oauth2/token") == 0


def test_check_refuses_what_a_start_would(sim, start):
    daemon = start(sim, ["check", "--log.level", "loud"])

    assert daemon.end() == 78
    assert "--log.level" in daemon.log
    assert daemon.text() == ""


def test_config_shows_what_is_in_force_and_no_secret(sim, start):
    daemon = start(sim, ["config", "--shard.id=7"])

    assert daemon.end() == 0
    rows = {line.split()[0]: line.split()[1:] for line in daemon.text().splitlines()}
    assert rows["shard.id"] == ["7", "--shard.id"]
    assert rows["twitch.client_secret"] == ["(set)", "TWITCH_CLIENT_SECRET"]
    assert rows["log.level"] == ["info", "default"]
    assert sim.facts["client_secret"] not in daemon.text() + daemon.log


@pytest.mark.parametrize("flag, shown", [("--help", "--shard.id"), ("--version", "conduitd ")])
def test_help_and_version_need_no_configuration(start, flag, shown, tmp_path):
    class Nobody:
        def environment(self, _):
            return {}

    daemon = start(Nobody(), [flag])

    assert daemon.end() == 0
    assert shown in daemon.text()
    assert "--twitch.client_secret" not in daemon.text()
    assert daemon.log == ""


@pytest.mark.parametrize(
    "name, url",
    [
        ("CONDUITD_TWITCH_ID_URL", "http://id.example.net"),
        ("CONDUITD_TWITCH_HELIX_URL", "http://192.0.2.1:8080/helix"),
        ("CONDUITD_TWITCH_EVENTSUB_URL", "ws://eventsub.example.net/ws"),
        ("CONDUITD_TWITCH_EVENTSUB_URL", "ws://localhost.example.net/ws"),
    ],
)
def test_plaintext_to_other_hosts_is_refused(sim, start, name, url):
    daemon = start(sim, **{name: url})

    assert daemon.end() == 78
    assert name in daemon.log
    assert "is not encrypted" in daemon.log


def test_plaintext_to_other_hosts_is_warned_of_when_allowed(sim, start):
    daemon = start(
        sim,
        ["check"],
        CONDUITD_TWITCH_ID_URL="http://id.example.net",
        CONDUITD_TWITCH_ALLOW_PLAINTEXT="true",
    )

    assert daemon.end() == 0
    assert "unencrypted to id.example.net" in daemon.log


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(start_sim, start, tmp_path):
    sim = start_sim("--tls", "--certificate-file", tmp_path / "ca.pem")

    daemon = start(sim)
    daemon.wait_log("twitch.ca_file")

    assert "ready" not in daemon.log
    daemon.drain()


@pytest.mark.parametrize("command", [[], ["check"]], ids=["start", "check"])
def test_a_ca_file_that_is_not_there_is_refused_with_all_else(sim, start, tmp_path, command):
    missing = str(tmp_path / "missing.pem")
    daemon = start(sim, command, CONDUITD_TWITCH_CA_FILE=missing, CONDUITD_SPOOL_SYNC="at times")

    assert daemon.end() == 78
    assert f"twitch.ca_file cannot be used: no certificate can be read from {missing}" in daemon.log
    assert "at times" in daemon.log


@pytest.mark.parametrize("command", [[], ["check"]], ids=["start", "check"])
def test_a_group_that_does_not_exist_is_refused(sim, start, command):
    daemon = start(sim, command, CONDUITD_SINK_TYPE="unix", CONDUITD_SINK_UNIX_GROUP="no-such")

    assert daemon.end() == 78
    assert 'sink.unix.group: there is no group "no-such" on this system' in daemon.log


def test_a_state_folder_that_cannot_be_made_is_only_warned_of_without_a_spool(sim, start, tmp_path):
    (tmp_path / "in-the-way").write_text("")
    state = str(tmp_path / "in-the-way" / "state")

    refused = start(sim, CONDUITD_STATE_DIR=state)
    assert refused.end() == 73
    assert "the spool cannot be opened: choose another spool.dir, or memory" in refused.log
    assert f"dir={state}/auto/0" in refused.log

    daemon = start(sim, CONDUITD_STATE_DIR=state, CONDUITD_SPOOL_DIR="memory")
    daemon.wait_ready()

    daemon.wait_log("the state folder cannot be used")
    daemon.drain()


def test_a_worker_that_starts_takes_the_shard_from_its_holder(sim, start):
    first = start(sim)
    first.wait_ready()

    second = start(sim, CONDUITD_NAME="second")
    second.wait_ready()
    (message_id,) = sim.emit()
    second.wait_id(message_id)

    assert second.drain() == [message_id]
    assert first.drain() == []


def test_events_come_from_the_ready_line_on_also_after_a_kill(sim, start):
    """Nothing is left to do after `ready`: no event that is sent from then on is missed."""
    first = start(sim)
    first.wait_ready()
    first.kill()

    second = start(sim)
    second.wait_ready()
    message_ids = sim.emit(count=5)
    second.wait_id(message_ids[-1])

    assert sim.state()["dropped"] == 0
    assert second.drain() == message_ids
