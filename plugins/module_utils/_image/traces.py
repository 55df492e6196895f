# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Files that a running host accumulates and that an image must not contain: identities, keys, logs, caches."""

from __future__ import annotations

import glob
import json
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass

REMOVE, EMPTY = "remove", "empty"
# systemd generates a new id at boot if the file contains one of these (machine-id(5)).
_NO_MACHINE_ID = (b"", b"uninitialized")


@dataclass(frozen=True)
class Trace:
    """A kind of file to look for.

    Attributes:
        pattern: a glob from the root directory; a leading `~` means each user's home directory.
        action: `remove` it, or `empty` a file that must stay.
        kind: its kind, for messages.
    """

    pattern: str
    action: str
    kind: str


@dataclass(frozen=True, order=True)
class Found:
    """A file or directory that was found."""

    path: str
    action: str
    kind: str


def _remove(kind: str, *patterns: str) -> list[Trace]:
    return [Trace(pattern, REMOVE, kind) for pattern in patterns]


def _empty(kind: str, *patterns: str) -> list[Trace]:
    return [Trace(pattern, EMPTY, kind) for pattern in patterns]


TRACES = [
    *_empty("identity", "/etc/machine-id", "/etc/hostname"),
    *_remove(
        "identity",
        "/var/lib/dbus/machine-id",
        "/var/lib/systemd/random-seed",
        "/var/lib/systemd/credential.secret",
        "/boot/efi/loader/random-seed",
        "/var/lib/dhcp/*",
        "/var/lib/dhcpcd/*",
        "/var/lib/NetworkManager/*",
        "/var/lib/containerd/io.containerd.grpc.v1.introspection/uuid",
    ),
    *_remove(
        "key",
        "/etc/ssh/ssh_host_*",
        "/etc/docker/key.json",
        "/etc/docker/*key.pem",
        # The engine's TLS key at the path used by the role docker; daemon.json may name another path.
        "/etc/dockyard/tls/*",
        "/etc/ssl/private/*docker*",
        "/etc/apt/auth.conf",
        "/etc/apt/auth.conf.d/*",
        "~/.ssh/*",
        "~/.docker",
        "~/.aws",
        "~/.azure",
        "~/.kube",
        "~/.config/containers/auth.json",
        "~/.config/docker",
        "~/.config/gcloud",
        "~/.config/gh",
        "~/.config/hcloud",
        "~/.config/op",
        "~/.gnupg/private-keys-v1.d/*",
        "~/.npmrc",
        "~/.pgpass",
        "~/.pypirc",
        "~/.vault-token",
        "~/.netrc",
        "~/.git-credentials",
    ),
    *_remove(
        "history", "~/.*_history", "~/.lesshst", "~/.viminfo", "~/.wget-hsts", "~/.ansible", "~/.cache", "~/.sudo_as*"
    ),
    *_remove(
        "cache",
        "/var/lib/apt/lists/*",
        "/var/cache/apt/*.bin",
        "/var/cache/apt/archives/*.deb",
        "/var/cache/apt/archives/partial/*",
        "/var/cache/dnf/*",
        "/var/cache/debconf/*-old",
        "/tmp/*",  # noqa: S108
        "/var/tmp/*",  # noqa: S108
        "/var/crash/*",
        "/var/lib/systemd/coredump/*",
        "/var/lib/systemd/timers/*",
    ),
    # Login records are not written while the files are missing; systemd-tmpfiles creates them at the next boot.
    *_remove("log", "/var/log/wtmp*", "/var/log/btmp*", "/var/log/lastlog*", "/var/lib/wtmpdb/*"),
    *_remove("log", "/var/log/journal/*", "/var/log/**/*.gz", "/var/log/**/*.xz", "/var/log/**/*.[0-9]"),
    *_empty("log", "/var/log/**"),
]

# The folders of the data root with images. Everything else belongs to one engine only: its id, networks, swarm.
_LAYERS = frozenset({"image", "overlay2", "fuse-overlayfs", "btrfs", "vfs", "zfs"})
# The directory of the running Ansible module.
_MODULE_FOLDER = "/tmp/ansible_"  # noqa: S108


def find(homes: Iterable[str], data_root: str, keep_images: bool, root: str = "") -> list[Found]:
    """Find everything that must be removed or emptied. Reads the file system only.

    Args:
        homes: home directories of users.
        data_root: the engine's data directory.
        keep_images: container images stay.
        root: the root of the host's file system, without a trailing slash.
    """
    found = {}
    homes = list(homes)
    for trace in [*TRACES, *_engine_traces(data_root, keep_images, root)]:
        bases = [home + trace.pattern[1:] for home in homes] if trace.pattern.startswith("~") else [trace.pattern]
        for path in (path for base in bases for path in _glob(root + base)):
            if path not in found and _counts(path, trace.action, root):
                found[path] = Found(path, trace.action, trace.kind)
    removed = {path for path, item in found.items() if item.action == REMOVE}
    return sorted(item for path, item in found.items() if not _inside(path, removed))


def _engine_traces(data_root: str, keep_images: bool, root: str) -> list[Trace]:
    entries = [os.path.basename(path) for path in _glob(f"{root}{data_root}/*")]
    own = [entry for entry in entries if not (keep_images and entry in _LAYERS)]
    content = [] if keep_images else ["/var/lib/containerd/*"]
    return _remove("key", *_named_keys(root)) + _remove(
        "engine", *(f"{data_root}/{glob.escape(entry)}" for entry in own), *content
    )


def _named_keys(root: str) -> list[str]:
    """The path of the engine's private key in daemon.json: a clone must not use the same key."""
    try:
        with open(f"{root}/etc/docker/daemon.json", encoding="utf-8") as file:
            key = json.load(file).get("tlskey")
    except (OSError, ValueError, AttributeError):
        return []
    return [glob.escape(key)] if isinstance(key, str) and key.startswith("/") else []


def _glob(pattern: str) -> list[str]:
    hidden = pattern[:-1] + ".[!.]*" if pattern.endswith("/*") else None
    return glob.glob(pattern, recursive=True) + (glob.glob(hidden) if hidden else [])


def _counts(path: str, action: str, root: str) -> bool:
    if os.path.ismount(path) or path.startswith(root + _MODULE_FOLDER):
        return False
    try:
        status = os.lstat(path)
    except FileNotFoundError:  # removed meanwhile, or glob returned a folder that does not exist
        return False
    if action == REMOVE:
        return True
    if not stat.S_ISREG(status.st_mode) or status.st_size == 0:
        return False
    if path == root + "/etc/machine-id":
        with open(path, "rb") as file:
            return file.read().strip() not in _NO_MACHINE_ID
    # In a container, /etc/hostname is a mount point; os.path.ismount detects mount points of folders only.
    return path != root + "/etc/hostname" or not _is_mounted(path)


def _is_mounted(path: str) -> bool:
    with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as mounts:
        return any(line.split()[1] == path for line in mounts)


def _inside(path: str, folders: set[str]) -> bool:
    parent = os.path.dirname(path)
    while len(parent) > 1:
        if parent in folders:
            return True
        parent = os.path.dirname(parent)
    return False
