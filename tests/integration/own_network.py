"""A network namespace of the test's own, for what cannot be done to the machine's."""

import contextlib
import ctypes
import os
import shutil
import subprocess

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


def why_not(*tools):
    """What keeps this user from making one, or from a mount of its own; nothing when all is well."""
    for tool in ("ip", "unshare", *tools):
        if not shutil.which(tool):
            return f"there is no `{tool}`"
    attempt = "mount --bind /etc/hosts /etc/hosts && ip rule add pref 1 ipproto tcp sport 1 blackhole"
    done = subprocess.run(
        ["unshare", "--net", "--mount", "sh", "-c", attempt],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else f"no namespace can be made: {done.stderr.strip()}"


@contextlib.contextmanager
def own_network():
    """This thread, and what it starts meanwhile, has loopback alone."""
    before = os.open("/proc/self/ns/net", os.O_RDONLY)
    assert _libc.unshare(CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
    try:
        ip("link", "set", "lo", "up")
        ip("rule", "add", "pref", "100", "lookup", "local")  # behind the rules of vanish()
        ip("rule", "del", "pref", "0")
        yield
    finally:
        assert _libc.setns(before, CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        os.close(before)


def vanish(port):
    """From now on no packet of the connection with this port gets through, either way."""
    for side in ("sport", "dport"):
        ip("rule", "add", "pref", "10", "ipproto", "tcp", side, str(port), "blackhole")


def with_resolver(path):
    """Words before a command that gets this file in place of /etc/resolv.conf."""
    script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", script, str(path)]
