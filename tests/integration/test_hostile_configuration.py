"""Configurations that are wrong in many ways: each refusal says where, what, and what to do."""

import os

import pytest

TOO_DEEP = "a: " + "{a: " * 5000

WRONG_FILES = {
    "octal number": ("shard:\n  id: 010\n", ":2: shard.id", "begins with a zero"),
    "hexadecimal number": ("shard:\n  id: 0x10\n", ":2: shard.id", "is not a whole number"),
    "negative number": ("shard:\n  id: -1\n", ":2: shard.id", "allowed: numbers from 0"),
    "number that is too large": ("shard:\n  id: 99999999999999999999\n", ":2: shard.id", "too large"),
    "word for a truth": ("twitch:\n  allow_plaintext: yes\n", ":2:", "true or false"),
    "duplicate key": ("shard:\n  id: 1\n  id: 1\n", ":3: shard.id", "given twice, first in line 2"),
    "duplicate section": ("shard: {id: 1}\nshard: {id: 1}\n", ":2:", "given twice, first in line 1"),
    "unknown key": ("shard:\n  idd: 1\n", ":2: shard.idd", "did you mean shard.id?"),
    "unknown section": ("shrad:\n  id: 1\n", ":2: shrad.id", "did you mean shard.id?"),
    "key that means nothing": ("zebra: 1\n", ":1: zebra", "remove it"),
    "list for a word": ("log:\n  level: [info]\n", ":2: log.level", "a list where one value"),
    "map for a word": ("shard:\n  id: {a: 1}\n", ":2: shard.id.a", "takes one value, not a map"),
    "word for a section": ("shard: 3\n", ":1: shard", "where the settings of a section are expected"),
    "nothing for a word": ("shard:\n  id:\n", ":2: shard.id", "nothing where a value is expected"),
    "list": ("- shard\n", ":1", "must be a map of settings, not a list"),
    "word": ("shard\n", ":1", "must be a map of settings"),
    "tabs": ("shard:\n\tid: 1\n", ":", "line 2 is indented with a tab"),
    "two documents": ("shard: {id: 1}\n---\nshard: {id: 2}\n", ":", "a second document"),
    "anchor": ("shard: &a {id: 1}\n", ":1", "anchors and aliases are not supported"),
    "tag": ("shard: {id: !!int 1}\n", ":1", "tags are not supported"),
    "quote left open": ('log:\n  level: "info\n', ":", "not valid YAML"),
    "control character": ("log:\n  level: in\x00fo\n", ":2", "a control character"),
    "nested too deep": (TOO_DEEP, ":1", "nested more than"),
    "growth without an end": ("shard:\n  when_full: grow\n", ":2: shard.max: not set", "how many shards"),
    "offset of no number": ("shard: {id: auto, offset: 2}\n", ":1: shard.offset", "shard.id is auto"),
    "word for a full conduit": ("shard: {when_full: split}\n", ":1: shard.when_full", "wait, grow or exit"),
    "no shard at most": ("shard: {max: 0}\n", ":1: shard.max", "a number from 1 to 20000"),
    "word for a superseded worker": ("shard: {when_superseded: wait}\n", ":1: shard.when_superseded", "standby or exit"),
    "word for parking": ("drain: {park: sometimes}\n", ":1: drain.park", "auto or never"),
    "several flaws": ("shard: {id: x}\nlog: {level: y}\n", ":2: log.level", ":1: shard.id"),
}


@pytest.mark.parametrize("text, where, what", WRONG_FILES.values(), ids=WRONG_FILES.keys())
def test_a_wrong_file_is_refused_with_the_place(sim, start, tmp_path, text, where, what):
    path = tmp_path / "conduitd.yaml"
    path.write_bytes(text.encode())

    daemon = start(sim, ["--config", str(path)], TWITCH_SHARD_ID=None)

    assert daemon.end() == 78
    assert f"{path}{where}" in daemon.log
    assert what in daemon.log
    assert all(line.startswith("conduitd: ") for line in daemon.log.splitlines())
    assert len(daemon.log) < 2000


@pytest.mark.parametrize(
    "name, reason",
    [
        ("missing.yaml", "No such file or directory"),
        (".", "Is a directory"),
        ("missing/missing.yaml", "No such file or directory"),
        ("huge.yaml", "it is larger than 1 MiB"),
        ("pipe.yaml", "it is a pipe or a device, not a regular file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(sim, start, tmp_path, name, reason):
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "huge.yaml").write_text("# " + "x" * 4_000_000)
    daemon = start(sim, ["--config", str(tmp_path / name)])

    assert daemon.end() == 78
    assert "--config: the file " in daemon.log
    assert f" cannot be read: {reason}; " in daemon.log


def test_all_mistakes_of_command_line_and_configuration_are_said_at_once(sim, start):
    daemon = start(
        sim,
        ["chek", "--sink.fromat", "raw", "--shard.id", "--log.level=loud", "--drain.timeout"],
        CONDUITD_SPOOL_MAX_BYTES="much",
        TWITCH_CLIENT_SECRET=None,
    )

    assert daemon.end() == 64
    assert daemon.text() == ""
    problems = daemon.log.splitlines()
    expected = (
        ("chek: ", "did you mean check?"),
        ("--sink.fromat: ", "did you mean --sink.format?"),
        ("--shard.id: nothing where a value is expected", "allowed: numbers from 0 to 19999"),
        ("--drain.timeout: nothing where a value is expected", "allowed: seconds from 1 to 300"),
        ('--log.level: log.level: "loud"', "allowed: debug, info, warn or error"),
        ('CONDUITD_SPOOL_MAX_BYTES: spool.max_bytes: "much"', "allowed: a size from 1MiB"),
        ("twitch.client_secret: not set", "set TWITCH_CLIENT_SECRET"),
    )
    for where, advice in expected:
        (line,) = [line for line in problems if line.startswith(f"conduitd: {where}")]
        assert advice in line
    assert len(problems) == len(expected)


def test_a_wrong_value_alone_is_a_matter_of_the_configuration(sim, start):
    assert start(sim, ["--shard.id", "-1"]).end() == 78
    assert start(sim, ["--shard.id", "-1", "--shrad.id=1"]).end() == 64


def test_secrets_are_not_taken_from_flags(sim, start):
    daemon = start(sim, ["--twitch.client_secret=on-the-command-line"], TWITCH_CLIENT_SECRET=None)

    assert daemon.end() == 78
    assert "a secret is not taken from the command line" in daemon.log
    assert "on-the-command-line" not in daemon.log + daemon.text()


def test_a_secret_and_its_file_that_disagree_are_refused(sim, start, tmp_path):
    path = tmp_path / "secret"
    path.write_text("another-secret\n")

    daemon = start(sim, TWITCH_CLIENT_SECRET_FILE=str(path))

    assert daemon.end() == 78
    assert "TWITCH_CLIENT_SECRET and TWITCH_CLIENT_SECRET_FILE: " in daemon.log
    assert "they disagree" in daemon.log
    assert "another-secret" not in daemon.log
    assert sim.facts["client_secret"] not in daemon.log


@pytest.mark.parametrize("is_there", [False, True], ids=["missing", "empty"])
def test_a_secret_file_of_no_use_is_refused(sim, start, tmp_path, is_there):
    path = tmp_path / "secret"
    if is_there:
        path.write_text("\n")

    daemon = start(sim, TWITCH_CLIENT_SECRET=None, TWITCH_CLIENT_SECRET_FILE=str(path))

    assert daemon.end() == 78
    assert f'TWITCH_CLIENT_SECRET_FILE: twitch.client_secret: the file "{path}"' in daemon.log
    assert len(daemon.log.splitlines()) == 1


def test_a_secret_comes_from_a_file(sim, start, tmp_path):
    path = tmp_path / "secret"
    path.write_text(sim.facts["client_secret"] + "\n")

    daemon = start(sim, TWITCH_CLIENT_SECRET=None, TWITCH_CLIENT_SECRET_FILE=str(path))

    daemon.wait_ready()
    daemon.drain()


def test_a_secret_comes_from_a_systemd_credential(sim, start, tmp_path):
    (tmp_path / "twitch_client_secret").write_text(sim.facts["client_secret"])

    daemon = start(sim, TWITCH_CLIENT_SECRET=None, CREDENTIALS_DIRECTORY=str(tmp_path))

    daemon.wait_ready()
    daemon.drain()


def test_variables_of_one_setting_that_disagree_are_refused(sim, start):
    daemon = start(sim, TWITCH_SHARD_ID="1", CONDUITD_SHARD_ID="2")

    assert daemon.end() == 78
    assert 'they disagree ("2" and "1")' in daemon.log


def test_a_flag_given_twice_is_refused(sim, start):
    daemon = start(sim, ["--shard.id=1", "--shard.id=2"])

    assert daemon.end() == 78
    assert "--shard.id given twice" in daemon.log


def test_an_unknown_variable_is_only_warned_of(sim, start):
    daemon = start(sim, ["check"], CONDUITD_PORT="tcp://10.0.0.1:80", CONDUITD_SHRAD_ID="1")

    assert daemon.end() == 0
    assert "CONDUITD_PORT: not a setting, ignored" in daemon.log
    assert "did you mean CONDUITD_SHARD_ID?" in daemon.log


def test_settings_come_from_flags_then_environment_then_file(sim, start, tmp_path):
    path = tmp_path / "conduitd.yaml"
    path.write_text("shard: {id: 1}\nlog: {level: debug, format: json}\n")

    daemon = start(
        sim,
        ["config", "--shard.id=3"],
        CONDUITD_CONFIG=str(path),
        CONDUITD_SHARD_ID="2",
        CONDUITD_LOG_LEVEL="warn",
    )

    assert daemon.end() == 0
    rows = {line.split()[0]: line.split()[1:] for line in daemon.text().splitlines()}
    assert rows["shard.id"] == ["3", "--shard.id"]
    assert rows["log.level"] == ["warn", "CONDUITD_LOG_LEVEL"]
    assert rows["log.format"] == ["json", f"{path}:2"]
