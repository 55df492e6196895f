"""Looks through an image's whole file system for what an image must not carry."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from typing import IO

# What no file of an image may contain, whatever its name.
SECRETS = {
    "private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}"),
    "swarm token": re.compile(rb"SWMTKN-1-[0-9a-z]{50}"),
    "unlock key": re.compile(rb"SWMKEY-1-[A-Za-z0-9+/]{43}"),
    "Google access token": re.compile(rb"ya29\.[A-Za-z0-9_-]{40}"),
    "JSON web token": re.compile(rb"eyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"),
    "registry login": re.compile(rb'"auths":\s*\{\s*"[^"]+":\s*\{\s*"auth"'),
}
# Files that may not be there, or not with content: (what it is, path, whether an empty one is fine).
FILES = [
    ("machine id", re.compile(r"etc/machine-id|var/lib/dbus/machine-id"), True),
    ("SSH host key", re.compile(r"etc/ssh/ssh_host_.*"), False),
    ("authorized key", re.compile(r"(root|home/[^/]+)/\.ssh/.+"), False),
    ("engine id", re.compile(r"var/lib/docker/(engine-id|swarm/.+)|etc/docker/key\.json"), False),
    ("history", re.compile(r"(root|home/[^/]+)/\.(\w+_history|lesshst|viminfo|wget-hsts|ansible/.*|cache/.*)"), False),
    ("login record", re.compile(r"var/log/([wb]tmp|lastlog).*"), False),
    ("journal", re.compile(r"var/log/journal/.+"), False),
    ("log", re.compile(r"var/log/.+"), True),
    ("package lists", re.compile(r"var/lib/apt/lists/.+|var/cache/apt/archives/.+\.deb"), False),
    ("random seed", re.compile(r"var/lib/systemd/(random-seed|credential\.secret)"), False),
    ("lease", re.compile(r"var/lib/(dhcp|dhcpcd|NetworkManager)/.+"), False),
    ("left by a build", re.compile(r"(var/)?tmp/.+|packer.*"), False),
]


def scan(archive: IO[bytes], needles: dict[str, bytes]) -> list[str]:
    """Read a file system as a tar stream.

    Args:
        needles: further content that may not be in it, such as a build's key, by what it is.

    Returns:
        `path: what it is` for each thing found.
    """
    return sorted(finding for member, content in _files(archive) for finding in _judge(member, content, needles))


def _files(archive: IO[bytes]) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(fileobj=archive, mode="r|") as tar:
        for member in tar:
            if member.isfile():
                file = tar.extractfile(member)
                assert file is not None
                yield member, file.read()


def _judge(member: tarfile.TarInfo, content: bytes, needles: dict[str, bytes]) -> Iterator[str]:
    path = member.name.removeprefix("./")
    for what, pattern, may_be_empty in FILES:
        if pattern.fullmatch(path) and not (may_be_empty and not content):
            yield f"{path}: {what}"
    for what, secret in SECRETS.items():
        if secret.search(content):
            yield f"{path}: {what}"
    for what, needle in needles.items():
        if needle in content:
            yield f"{path}: {what}"
