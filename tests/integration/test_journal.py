"""The log as systemd's journal takes it: each line with its priority."""

import re

# Names the stream that is stderr, as systemd does for the journal's, and becomes the daemon.
STDERR_IS_THE_JOURNAL = (
    "/bin/sh",
    "-c",
    'export JOURNAL_STREAM="$(/usr/bin/stat -L -c %d:%i /proc/self/fd/2)" && exec "$@"',
    "sh",
)
MARKS = {"debug": "<7>", "info": "<6>", "warn": "<4>", "error": "<3>"}


def test_each_line_to_the_journal_has_its_priority(start, sim):
    sim.fault("upgrade", status=503, times=1)  # so that there is a warning
    daemon = start(sim, prefix=STDERR_IS_THE_JOURNAL, CONDUITD_LOG_LEVEL="debug")
    daemon.wait_ready()

    lines = daemon.log.splitlines()
    levels = set()
    for line in lines:
        found = re.match(r"(<\d>)\d{4}-\S+Z (\w+) ", line)
        assert found and found[1] == MARKS[found[2]], line
        levels.add(found[2])
    assert levels >= {"info", "warn"}


def test_json_has_it_before_the_object(start, sim):
    daemon = start(sim, prefix=STDERR_IS_THE_JOURNAL, CONDUITD_LOG_FORMAT="json")
    daemon.wait_log('"message":"ready"')

    assert all(line.startswith('<6>{"time":') for line in daemon.log.splitlines()), daemon.log


def test_what_is_wrong_with_the_settings_is_an_error_there(start, sim):
    daemon = start(sim, prefix=STDERR_IS_THE_JOURNAL, CONDUITD_LOG_LEVEL="loud")

    assert daemon.wait_exit() == 78
    assert daemon.log.startswith("<3>conduitd: ")


def test_another_stream_has_none(start, sim):
    daemon = start(sim, JOURNAL_STREAM="1:2")
    daemon.wait_ready()

    assert "<" not in daemon.log.splitlines()[0]
