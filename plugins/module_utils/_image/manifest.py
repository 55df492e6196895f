# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""List what is in an image, to compare two images and to look one up."""

from __future__ import annotations

import hashlib
import os
import re
from typing import Any, Callable

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, Json
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

Run = Callable[[list[str]], "tuple[int, str, str]"]
# Files that differ between two hosts, or two days, with the same configuration.
_OF_ONE_HOST = re.compile(
    r"/etc/("
    r"machine-id|hostname|hosts|resolv\.conf|mtab|adjtime|\.pwd\.lock|ld\.so\.cache|\.updated"
    r"|g?shadow-?|passwd-|group-|subuid-|subgid-"
    r"|ssh/ssh_host_.*|docker/key\.json"
    r")"
)


class ManifestError(UserError):
    """The installed packages cannot be listed."""


def manifest(engine: Engine, run: Run) -> Json:
    """Distribution, packages, engine, container images and the digest of each configuration file."""
    return {
        "distribution": _distribution(),
        "engine": _engine(engine.version()),
        "packages": _packages(run),
        "images": images(engine.images()),
        "configuration": configuration("/etc"),
    }


def images(listed: list[Json]) -> dict[str, str]:
    """Reference by digest to image id, of each image that has a digest."""
    return dict(sorted((digest, image["Id"]) for image in listed for digest in image.get("RepoDigests") or []))


def configuration(folder: str) -> dict[str, str]:
    """Path to `sha256:…` of a file's content, or `-> target` of a symbolic link."""
    found = {}
    for parent, folders, files in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        for path in (os.path.join(parent, name) for name in files + links):
            if not _OF_ONE_HOST.fullmatch(path):
                found[path] = f"-> {os.readlink(path)}" if os.path.islink(path) else _digest(path)
    return dict(sorted(found.items()))


def parse_packages(listing: str) -> dict[str, str]:
    """Package name to version, from lines of `name<TAB>version`."""
    return dict(sorted(line.split("\t", 1) for line in listing.splitlines() if line))


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return f"sha256:{hashlib.sha256(file.read()).hexdigest()}"


def _packages(run: Run) -> dict[str, str]:
    queries = [
        ["dpkg-query", "--show", "--showformat", "${binary:Package}\t${Version}\n"],
        ["rpm", "--query", "--all", "--queryformat", "%{NAME}.%{ARCH}\t%{EVR}\n"],
    ]
    for query in queries:
        status, out, _err = run(query)
        if status == 0:
            return parse_packages(out)
    raise ManifestError("neither dpkg-query nor rpm lists packages on this host")


def _engine(version: Json) -> dict[str, str]:
    parts = {part["Name"]: part["Version"] for part in version.get("Components") or []}
    return {"api": version["ApiVersion"], **dict(sorted(parts.items()))}


def _distribution() -> dict[str, Any]:
    with open("/etc/os-release", encoding="utf-8") as file:
        fields = dict(line.strip().split("=", 1) for line in file if "=" in line)
    release = {key: fields.get(key, "").strip('"') for key in ("ID", "VERSION_ID", "PRETTY_NAME")}
    try:
        with open("/etc/debian_version", encoding="utf-8") as file:
            release["POINT_RELEASE"] = file.read().strip()
    except FileNotFoundError:
        pass
    return release
