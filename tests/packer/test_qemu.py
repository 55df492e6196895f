"""The disk image on a real kernel: baked by Packer under qemu, booted again, tried over SSH. Prints its time.

`make image-qemu` shows it at work. The processor is emulated, as not every machine has KVM: it takes minutes.
The source is a Debian of this machine's making, whose kernel stands beside the disk, so nothing needs to be fetched
but Debian's packages.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
import yaml

from sandbox import images, machine
from sandbox.progress import run, say
from tests.packer import packer

PACKAGES = (
    "ca-certificates,dbus,e2fsprogs,iproute2,iptables,kmod,linux-image-cloud-amd64,"
    "openssh-server,procps,python3,python3-apt,sudo,systemd-sysv"
)
BOOT_SECONDS = 900
MEMORY_MB = 2048
# Debian 12's qemu (7.2.22) spoils the flags after an emulated cmpxchg16b now and then, and the guest's kernel panics.
# Kernels do without that instruction where a processor has none.
PROCESSOR = "qemu64,-cx16"


@dataclass(frozen=True)
class Source:
    """A disk with a kernel beside it, and the key that opens it."""

    disk: Path
    kernel: Path
    initrd: Path
    key: Path

    def arguments(self, console: Path, credential: str = "") -> list[list[str]]:
        """What qemu needs to boot it; the disk's first sector holds no loader. What it prints goes to the console."""
        return [
            ["-cpu", PROCESSOR],
            ["-kernel", str(self.kernel)],
            ["-initrd", str(self.initrd)],
            ["-append", f"root=/dev/vda rw console=ttyS0 net.ifnames=0 {credential}".rstrip()],
            ["-serial", f"file:{console}"],
        ]


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    # An emulated processor takes all it can get, and others may be at work.
    os.nice(19)
    machine.install(["mmdebstrap", "qemu-img", "qemu-system-x86_64", "ssh-keygen"])
    folder = tmp_path_factory.mktemp("source")
    key = folder / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bake", "-f", str(key)], check=True)
    public = key.with_suffix(".pub").read_text().strip()
    root = folder / "root"
    setup = [
        'chroot "$1" useradd --create-home --shell /bin/bash debian',
        'install -d -m 0700 "$1/home/debian/.ssh"',
        f'echo "{public}" > "$1/home/debian/.ssh/authorized_keys"',
        'chroot "$1" chown -R debian: /home/debian/.ssh',
        'echo "debian ALL=(ALL) NOPASSWD: ALL" > "$1/etc/sudoers.d/debian"',
        'printf "[Match]\\nName=eth0\\n[Network]\\nDHCP=ipv4\\n" > "$1/etc/systemd/network/eth0.network"',
        'chroot "$1" systemctl enable systemd-networkd',
        # Where qemu's own network has its name server.
        'echo nameserver 10.0.2.3 > "$1/etc/resolv.conf"',
        'echo "/dev/vda / ext4 defaults 0 1" > "$1/etc/fstab"',
        'echo host > "$1/etc/hostname"',
    ]
    hooks = [f"--customize-hook={line}" for line in setup]
    command = ["mmdebstrap", "--variant=minbase", f"--include={PACKAGES}", *hooks, "trixie", str(root), images.MIRROR]
    run("making a Debian trixie with a kernel", command, f"Check that this machine reaches {images.MIRROR}.")
    disk = folder / "disk.img"
    with disk.open("wb") as file:
        file.truncate(4 << 30)
    run("making its disk", ["mkfs.ext4", "-q", "-F", "-d", str(root), str(disk)], "Is there room on this disk?")
    (kernel,), (initrd,) = root.glob("boot/vmlinuz-*"), root.glob("boot/initrd.img-*")
    return Source(disk, kernel, initrd, key)


@pytest.fixture(scope="session")
def baked(source: Source, tmp_path_factory: pytest.TempPathFactory) -> packer.Build:
    folder = tmp_path_factory.mktemp("baked")
    (folder / "vars.yml").write_text(yaml.safe_dump({"docker_source": "distribution", "docker_timeout": 300}))
    console = folder / "console"
    started = time.monotonic()
    build = packer.run(
        "build",
        "-only=qemu.host",
        "-color=false",
        folder=folder,
        ansible_vars=str(folder / "vars.yml"),
        qemu_source=str(source.disk),
        qemu_source_checksum="none",
        qemu_disk_size="4G",
        qemu_accelerator="tcg",
        qemu_memory=str(MEMORY_MB),
        qemu_arguments=json.dumps(source.arguments(console)),
        qemu_ssh_key=str(source.key),
        qemu_ssh_timeout="20m",
    )
    assert build.status == 0, build.output[-6000:] + _end_of(console)
    say(f"  baked under qemu in {time.monotonic() - started:.0f} s")
    return build


@pytest.fixture(scope="session")
def machine_inventory(source: Source, baked: packer.Build) -> Iterator[Path]:
    """A machine that boots from the image, which has no key: systemd is handed one on the kernel's command line."""
    disk = next((baked.folder / "qemu").glob("*.qcow2"))
    public = base64.b64encode(source.key.with_suffix(".pub").read_bytes()).decode()
    credential = f"systemd.set_credential_binary=ssh.authorized_keys.root:{public}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    console = baked.folder / "second-console"
    arguments = chain.from_iterable(source.arguments(console, credential))
    started = time.monotonic()
    process = subprocess.Popen(
        [
            *("qemu-system-x86_64", "-accel", "tcg", "-m", str(MEMORY_MB), "-smp", "2", "-display", "none"),
            *("-drive", f"file={disk},if=virtio,format=qcow2", "-monitor", "none"),
            *("-nic", f"user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:{port}-:22"),
            *arguments,
        ],
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    target = baked.folder / "hosts.yml"
    connection = {
        "ansible_host": "127.0.0.1",
        "ansible_port": port,
        "ansible_user": "root",
        "ansible_ssh_private_key_file": str(source.key),
        "ansible_ssh_common_args": "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o IdentitiesOnly=yes",
    }
    target.write_text(yaml.safe_dump({"docker_hosts": {"hosts": {"vm": connection}}}))
    try:
        _wait_until_booted(target, process, console, started)
        say(f"  booted in {time.monotonic() - started:.0f} s")
        yield target
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_machine_from_the_image_keeps_its_promises(machine_inventory):
    """But for those that take a second host, which other sources are asked."""
    started = time.monotonic()
    asked = _python("ansible", "playbook", "-i", str(machine_inventory), "dockyard.swarm.image_check")
    say(f"  asked in {time.monotonic() - started:.0f} s")
    assert asked.returncode == 0, asked.stdout[-4000:]


def _wait_until_booted(inventory: Path, process: subprocess.Popen[bytes], console: Path, started: float) -> None:
    while True:
        ready = _python("ansible", "adhoc", "-i", str(inventory), "all", "-m", "raw",
                        "-a", "systemctl is-system-running --wait")  # fmt: skip
        # What it said, and not what Ansible says of a machine that cannot be reached yet.
        if re.search(r"^(running|degraded)", ready.stdout, re.MULTILINE):
            return
        assert process.poll() is None, "qemu ended"
        assert time.monotonic() - started < BOOT_SECONDS, ready.stdout + _end_of(console)
        time.sleep(2)


def _end_of(console: Path) -> str:
    return f"\nThe console's last words:\n{console.read_text(errors='replace')[-3000:]}" if console.exists() else ""


def _python(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=packer.ROOT,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_TIMEOUT": "60"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
