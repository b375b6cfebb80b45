"""A booted systemd with the package in it: systemd-nspawn on a tree that it does not change.

It shares the network of whoever starts it, which is a namespace with loopback alone (`run`), so that
the simulator is reached at 127.0.0.1 from both sides.
"""

import itertools
import os
import pathlib
import shutil
import signal
import subprocess

from waiting import wait_for

CGROUPS = pathlib.Path("/sys/fs/cgroup")
_numbers = itertools.count()
# systemd asks for both of its own hierarchies, where a host has version 1; the others are so that
# limits hold.
HIERARCHIES = ("systemd", "unified", "memory", "pids", "cpu", "cpuacct")


class Machine:
    """`with` boots it, and powers it off."""

    def __init__(self, tree, package, folder):
        self._name = f"conduitd-test-{os.getpid()}-{next(_numbers)}"
        self._tree = tree
        self._package = package
        self._log_path = folder / "nspawn.log"
        self._groups = [CGROUPS / name / self._name for name in HIERARCHIES if (CGROUPS / name).is_dir()]
        self._process = None
        self.leader = None

    def __enter__(self):
        for group in self._groups:
            group.mkdir()
        with open(self._log_path, "wb") as log:
            self._process = subprocess.Popen(
                ["systemd-nspawn", "-q", "-D", self._tree, "-b", "--register=no", "--keep-unit",
                 "--console=pipe", f"--machine={self._name}", "--volatile=overlay",
                 f"--bind-ro={self._package}:/package.deb"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=self._enter_groups,
            )
        try:
            self.leader = wait_for(self._find_leader, lambda: f"a booted system: {self._log()}")
            wait_for(self._is_up, lambda: f"a running system: {self._log()}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.leader and self._process.poll() is None:
            os.kill(self.leader, signal.SIGRTMIN + 4)  # power off
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()  # and with it all that is inside
        elif self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for group in self._groups:
            for folder, _, _ in os.walk(group, topdown=False):
                wait_for(lambda: self._is_removed(folder), f"an empty {folder}")  # noqa: B023

    @staticmethod
    def _is_removed(folder):
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True

    def _enter_groups(self):
        for group in self._groups:
            (group / "cgroup.procs").write_text(str(os.getpid()))

    def _log(self):
        return self._log_path.read_text(errors="replace")

    def _find_leader(self):
        assert self._process.poll() is None, self._log()
        children = pathlib.Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        # On the way to it there is another child, for a moment.
        return next((int(pid) for pid in children.read_text().split() if self._is_first(pid)), None)

    @staticmethod
    def _is_first(pid):
        """Whether the process is the first one of a namespace below ours."""
        try:
            lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        except FileNotFoundError:
            return False
        (numbers,) = [line.split()[1:] for line in lines if line.startswith("NSpid:")]
        return len(numbers) > 1 and numbers[-1] == "1"

    def _is_up(self):
        assert self._process.poll() is None, self._log()
        return self.run("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")

    def run(self, *command, text=None):
        """The finished process of a command inside."""
        return subprocess.run(
            ["nsenter", "-t", str(self.leader), "-a", *command],
            input=text, capture_output=True, text=True, check=False,
        )

    def do(self, *command, text=None):
        """What a command that has to succeed prints."""
        done = self.run(*command, text=text)
        assert done.returncode == 0, f"{command}: {done.returncode} {done.stdout} {done.stderr}"
        return done.stdout

    def path(self, inside):
        """Where a file of the machine is seen from here."""
        return f"/proc/{self.leader}/root{inside}"

    def write(self, inside, text, mode="644"):
        self.do("install", "-D", "-m", mode, "/dev/stdin", inside, text=text)

    # --- units ---

    def show(self, unit, *properties):
        """Values of properties of a unit, in the order asked for."""
        text = self.do("systemctl", "show", unit, "-p", ",".join(properties))
        values = dict(line.split("=", 1) for line in text.splitlines())
        return [values[name] for name in properties]

    def journal(self, unit):
        return self.do("journalctl", "-u", unit, "-o", "cat", "--no-pager")

    def wait_log(self, unit, text, count=1):
        wait_for(lambda: self.journal(unit).count(text) >= count,
                 lambda: f"{count} × {text!r} of {unit}:\n{self.journal(unit)}")


def why_not():
    """What keeps this host from booting one; nothing when all is well."""
    if os.geteuid() != 0:
        return "not root"
    for tool in ("systemd-nspawn", "mmdebstrap", "nsenter", "unshare"):
        if not shutil.which(tool):
            return f"there is no {tool}"
    return ""
