"""Containers by podman, and a file for compose as podman commands.

The network is that of whoever starts them, which is a namespace with loopback alone (`run`), so that
the simulator is reached at 127.0.0.1 from all sides.
"""

import json
import os
import pathlib
import shutil
import subprocess

import yaml

PODMAN = str(pathlib.Path(__file__).parent / "podman")
# podman would put a file system in memory at /tmp and elsewhere, which Docker does not.
READ_ONLY = ("--read-only", "--read-only-tmpfs=false")
HARDENED = (*READ_ONLY, "--cap-drop=ALL", "--security-opt=no-new-privileges")
# Of a service, beside its image; whatever else stands there is no option known here, and refused.
FLAGS = {
    "depends_on": lambda _: (),
    "build": lambda _: (),
    "restart": lambda _: (),
    "healthcheck": lambda _: ("--no-healthcheck",),
    "network_mode": lambda _: (),
    "read_only": lambda value: READ_ONLY if value else (),
    "cap_drop": lambda names: [f"--cap-drop={name}" for name in names],
    "security_opt": lambda names: [f"--security-opt={name.split(':')[0]}" for name in names],
    "environment": lambda values: [f"--env={name}={value}" for name, value in values.items()],
    "entrypoint": lambda words: ("--entrypoint", json.dumps(words)),
}


def podman(*arguments):
    """The finished process of a command of podman."""
    return subprocess.run([PODMAN, *arguments], capture_output=True, text=True, check=False)


def do(*arguments):
    """What a command that has to succeed prints."""
    done = podman(*arguments)
    assert done.returncode == 0, f"{arguments}: {done.returncode} {done.stdout} {done.stderr}"
    return done.stdout


class Container:
    """`with` removes it."""

    def __init__(self, image, *options, command=()):
        self.id = do("run", "-d", "--network=host", *options, image, *command).strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        do("rm", "-f", "-t", "0", self.id)

    def inspect(self):
        return json.loads(do("inspect", self.id))[0]

    def run(self, *command):
        return podman("exec", self.id, *command)

    def is_healthy(self):
        """Its own health check, now; who calls it at its times is another matter."""
        return podman("healthcheck", "run", self.id).returncode == 0

    def stop(self):
        do("stop", "-t", "10", self.id)  # as Docker does
        return self.wait_exit()

    def start(self):
        do("start", self.id)

    def wait_exit(self):
        return int(do("wait", self.id))

    def log(self):
        done = podman("logs", self.id)
        return done.stdout + done.stderr


class Volume:
    """A volume of that name; `with` removes it."""

    def __init__(self, name):
        self.name = name
        do("volume", "create", name)
        self.path = pathlib.Path(do("volume", "inspect", "--format={{.Mountpoint}}", name).strip())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        do("volume", "rm", "-f", self.name)


def start_service(file, name, prefix):
    """A container of a service of a file for compose, whose volumes begin with the prefix."""
    composition = yaml.safe_load(file.read_text())
    service = dict(composition["services"][name])
    image = service.pop("image")
    command = service.pop("command", ())
    options = []
    for volume in service.pop("volumes", ()):
        options.append(f"--volume={prefix}{volume}")
    for secret in service.pop("secrets", ()):
        source = (file.parent / composition["secrets"][secret]["file"]).resolve()
        options.append(f"--volume={source}:/run/secrets/{secret}:ro")
    for key, value in service.items():
        options += FLAGS[key](value)
    return Container("localhost/" + image, *options, command=command)


def why_not():
    """What keeps this host from running them; nothing when all is well."""
    if os.geteuid() != 0:
        return "not root"
    for tool in ("podman", "runc", "mmdebstrap", "unshare"):
        if not shutil.which(tool):
            return f"there is no {tool}"
    return ""
