"""The machine the sandbox runs on: its packages and its Docker Engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import docker
from docker.errors import DockerException

from sandbox.progress import SandboxError, heartbeat, run, say

SOCKET = "unix:///var/run/docker.sock"
START_SECONDS = 60
INOTIFY_INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
# A host's systemd and engine hold about five; the kernel's default of 128 ends at some 24 hosts.
INOTIFY_INSTANCES_WANTED = 1024
APT_SECONDS = 300
APT_PAUSE_SECONDS = 3
APT_PATIENCE = ("-o", f"DPkg::Lock::Timeout={APT_SECONDS}")
# What provides each program the sandbox starts, on Debian and its derivatives.
PACKAGE_OF = {
    "dockerd": "docker.io",
    "ip": "iproute2",
    "iptables": "iptables",
    "mmdebstrap": "mmdebstrap",
    "packer": "packer",
    "qemu-img": "qemu-utils",
    "qemu-system-x86_64": "qemu-system-x86",
    "ssh-keygen": "openssh-client",
}


def install(programs: list[str]) -> None:
    """Install the Debian packages of those programs that are missing.

    Raises:
        SandboxError: when this needs root, or a machine that is not Debian's kin.
    """
    missing = sorted({PACKAGE_OF[name] for name in programs if shutil.which(name, path=_path()) is None})
    if not missing:
        return
    names = " ".join(missing)
    if shutil.which("apt-get") is None:
        raise SandboxError(f"install {names} by your system's package manager, then try again.")
    if os.geteuid() != 0:
        raise SandboxError(f"installing {names} needs root: try again with sudo.")
    advice = "Check that this machine reaches a Debian mirror (see /etc/apt/sources.list*)."
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    read_package_lists(advice, env)
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *APT_PATIENCE, *missing]
    run(f"installing {names}", command, advice, env)


def read_package_lists(advice: str, env: dict[str, str]) -> None:
    """`apt-get update`; where another apt-get reads them just now, its turn comes first."""
    last_turn = time.monotonic() + APT_SECONDS
    while not _lists_were_read(advice, env, may_wait=time.monotonic() < last_turn):
        time.sleep(APT_PAUSE_SECONDS)


def _lists_were_read(advice: str, env: dict[str, str], may_wait: bool) -> bool:
    try:
        run("reading package lists", ["apt-get", "update", "-q"], advice, env)
    except SandboxError as error:
        if may_wait and "Could not get lock" in str(error):
            return False
        raise
    return True


def engine(log: Path) -> docker.DockerClient:
    """A client of this machine's engine, which is installed and started where it is missing.

    Args:
        log: where a started dockerd writes what it says.

    Raises:
        SandboxError: when no engine can be had.
    """
    client = _answering()
    if client is not None:
        return client
    if os.geteuid() != 0:
        raise SandboxError(
            "no Docker Engine answers for this user. Start one, or join the group docker, or try again with sudo."
        )
    install(["dockerd", "iptables", "ip"])
    return _answering() or _started(log)


def make_room() -> None:
    """Let many hosts boot: each systemd needs inotify instances, and without them it ends at once.

    Kept until this machine restarts. Without root the limit stays, which is enough for a demo.
    """
    if os.geteuid() != 0 or int(INOTIFY_INSTANCES.read_text()) >= INOTIFY_INSTANCES_WANTED:
        return
    try:
        INOTIFY_INSTANCES.write_text(str(INOTIFY_INSTANCES_WANTED))
    except OSError as error:
        say(f"  more than about 24 hosts will not boot here: {INOTIFY_INSTANCES} cannot be raised ({error.strerror})")
    else:
        say(f"  fs.inotify.max_user_instances raised to {INOTIFY_INSTANCES_WANTED}, so that many hosts can boot")


def _answering() -> docker.DockerClient | None:
    client: docker.DockerClient | None = None
    try:
        client = docker.DockerClient(base_url=os.environ.get("DOCKER_HOST", SOCKET), timeout=600)
        client.ping()
    except DockerException:
        if client is not None:
            client.close()
        return None
    return client


def _started(log: Path) -> docker.DockerClient:
    with heartbeat("starting the Docker Engine"):
        if Path("/run/systemd/system").is_dir():
            subprocess.run(["systemctl", "start", "docker"], check=False)
        else:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("ab") as sink:
                # A session of its own, so that it outlives this program and its terminal.
                subprocess.Popen(
                    ["dockerd"],
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    env={**os.environ, "PATH": _path()},
                )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            client = _answering()
            if client is not None:
                return client
            time.sleep(0.5)
    raise SandboxError(f"dockerd did not answer within {START_SECONDS} s; see {log} or `journalctl -u docker`.")


def _path() -> str:
    return os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
