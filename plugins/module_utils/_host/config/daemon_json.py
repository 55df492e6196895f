# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Compute daemon.json, and whether a running engine needs a reload or a restart to apply it. Pure."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host.config.schema import type_problems, unknown_problems

Config = dict[str, Any]

# Keys that dockerd applies on SIGHUP ("Configuration reload behavior" in its reference).
RELOADABLE = frozenset(
    {
        "authorization-plugins",
        "debug",
        "default-runtime",
        "features",
        "insecure-registries",
        "labels",
        "live-restore",
        "max-concurrent-downloads",
        "max-concurrent-uploads",
        "max-download-attempts",
        "registry-mirrors",
        "runtimes",
        "shutdown-timeout",
    }
)

# Keys that decide where images, containers and volumes are stored. The values found on a host are kept unless the
# inventory sets them: without data-root, for example, the engine would start with an empty store beside the full one.
PLACES = ("data-root", "storage-driver", "userns-remap")

# Containers get the same limit on every host, as far as the host's own hard limit allows.
_NOFILE_SOFT, _NOFILE_HARD = 65536, 1048576
_ETHERNET_MTU = 1500

# Flags whose name differs from the key: lists in the file have a singular name as a flag.
_KEY_OF_FLAG = {
    "H": "hosts",
    "host": "hosts",
    "D": "debug",
    "G": "group",
    "b": "bridge",
    "g": "data-root",
    "l": "log-level",
    "s": "storage-driver",
    "p": "pidfile",
    "authorization-plugin": "authorization-plugins",
    "cdi-spec-dir": "cdi-spec-dirs",
    "default-address-pool": "default-address-pools",
    "default-network-opt": "default-network-opts",
    "default-ulimit": "default-ulimits",
    "dns-opt": "dns-opts",
    "exec-opt": "exec-opts",
    "host-gateway-ip": "host-gateway-ips",
    "insecure-registry": "insecure-registries",
    "label": "labels",
    "log-opt": "log-opts",
    "node-generic-resource": "node-generic-resources",
    "registry-mirror": "registry-mirrors",
    "storage-opt": "storage-opts",
}
# The files needed to verify client certificates.
_CERTIFICATES = ("tlscacert", "tlscert", "tlskey")
_SECRET_KEY = re.compile(r"token|passw|secret|credential|api[-_]?key|access[-_]?key|auth(?!z|oriz)", re.IGNORECASE)
_USERINFO = re.compile(r"://[^/@:\s]*:([^/@\s]+)@")
_MAY_BE_BOTH = frozenset({"runtimes"})  # dockerd merges the flag and the key


def safe_defaults(mtu: int | None, nofile: int | None, overlay2: bool = True) -> Config:
    """The default settings of a host.

    Args:
        mtu: bytes, of the interface with the default route; None without one.
        nofile: the hard limit of open files on this host; None when there is none.
        overlay2: the host's images are not already stored by another storage driver.
    """
    hard = _NOFILE_HARD if nofile is None else min(_NOFILE_HARD, nofile)
    defaults: Config = {
        "log-driver": "json-file",
        "log-opts": {"max-size": "10m", "max-file": "3"},
        "default-ulimits": {"nofile": {"Name": "nofile", "Soft": min(_NOFILE_SOFT, hard), "Hard": hard}},
    }
    if overlay2:
        defaults["storage-driver"] = "overlay2"
    if mtu is not None and mtu != _ETHERNET_MTU:
        defaults["mtu"] = mtu
    return defaults


def merge(defaults: Config, declared: Config, found: Config) -> Config:
    """Merge the declared settings over the defaults, one mapping deep; a key declared as null is removed.

    The options of a log driver belong to that driver: declaring another driver drops the default options.
    """
    base = dict(defaults)
    if declared.get("log-driver", base.get("log-driver")) not in (base.get("log-driver"), "local"):
        base.pop("log-opts", None)
    base.update({key: found[key] for key in PLACES if key in found})
    if (declared.get("features") or {}).get("containerd-snapshotter") and "storage-driver" not in declared:
        # With containerd's image store, the storage driver is a containerd snapshotter, and none of them is called
        # overlay2.
        base.pop("storage-driver", None)
    for key, value in declared.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            base[key] = {**base[key], **value}
        else:
            base[key] = value
    return {key: value for key, value in base.items() if value is not None}


def secrets_in(config: Any, key: str = "") -> set[str]:
    """The secret values of a configuration, found by the name of their key or as the password in a URL."""
    if isinstance(config, dict):
        return set().union(*(secrets_in(value, str(name)) for name, value in config.items())) if config else set()
    if isinstance(config, list):
        return set().union(*(secrets_in(item, key) for item in config)) if config else set()
    if not isinstance(config, str) or not config:
        return set()
    if _SECRET_KEY.search(key) and not config.startswith("/"):
        return {config}
    return {found for found in _USERINFO.findall(config) if found}


def render(config: Config) -> str:
    """The file's text."""
    return json.dumps(config, indent=2, sort_keys=True) + "\n"


def flag_values(command_line: str, names: Collection[str]) -> list[str]:
    """The values of the named flags (names without dashes) in dockerd's command line, one for each use of the flag."""
    values = []
    words = shlex.split(command_line)[1:]
    for position, word in enumerate(words):
        if word == "--":
            break
        name, equals, value = word.lstrip("-").partition("=")
        if word.startswith("--"):
            if name in names:
                values.append(value if equals else _word_after(words, position))
        elif word.startswith("-"):
            # Short flags may be combined, with the last one's value attached: -DH tcp://0.0.0.0.
            short = re.match(r"-([A-Za-z]*?)([Hgbglsp])=?(.*)", word)
            if short and short.group(2) in names:
                values.append(short.group(3) or _word_after(words, position))
    return values


def _word_after(words: list[str], position: int) -> str:
    after = words[position + 1 : position + 2]
    return after[0] if after and not after[0].startswith("-") else "true"


def flags_of(command_line: str) -> list[str]:
    """The names of the flags in dockerd's command line, without dashes and values."""
    flags = []
    for word in shlex.split(command_line)[1:]:
        if word == "--":
            break
        if word.startswith("--"):
            flags.append(word[2:].split("=", 1)[0])
        elif word.startswith("-") and len(word) > 1:
            flags.append(word[1])
    return flags


def without_hosts(command_line: str) -> str:
    """dockerd's command line without `-H` and `--host`, so that daemon.json can set `hosts`."""
    kept, skip = [], False
    for word in shlex.split(command_line):
        if skip:
            skip = False
        elif word in ("-H", "--host"):
            skip = True
        elif not (word.startswith(("-H", "--host="))):
            kept.append(word)
    return " ".join(shlex.quote(word) for word in kept)


def flag_problems(config: Config, command_line: str) -> list[str]:
    """Keys that are also set by flags of the unit: dockerd refuses to start with both."""
    problems = []
    for flag in flags_of(command_line):
        key = _KEY_OF_FLAG.get(flag, flag)
        if key in config and key not in _MAY_BE_BOTH:
            dashes = "-" if len(flag) == 1 else "--"
            problems.append(
                f"{key} is also given as the flag {dashes}{flag} in the unit docker.service: keep one of them"
            )
    return problems


def member_problems(config: Config, member: bool) -> list[str]:
    """Settings with which an engine in swarm mode refuses to start."""
    if not member:
        return []
    problems = []
    if config.get("live-restore"):
        problems.append("live-restore must be off on members of a swarm: swarm mode does not start with it")
    if config.get("firewall-backend") == "nftables" and config.get("iptables", True):
        problems.append("firewall-backend must be iptables on members of a swarm: swarm mode does not support nftables")
    return problems


def listening_problems(config: Config, command_line: str = "", sockets: Collection[str] = ()) -> list[str]:
    """TCP addresses without client certificates: they give root access to everyone who can reach them.

    Args:
        command_line: dockerd's; its flags count as much as the file.
        sockets: the addresses on which docker.socket listens, see `unit.read_sockets`.
    """
    places = [(host, "hosts lists") for host in config.get("hosts", []) if isinstance(host, str)]
    places += [(host, "the unit docker.service has the flag -H") for host in flag_values(command_line, ("H", "host"))]
    if any(host.startswith("fd://") for host, _where in places):
        # Sockets passed by systemd; a path or an abstract name is a local socket.
        places += [(f"tcp://{socket}", "docker.socket listens on") for socket in sockets if socket[0] not in "/@"]
    open_places = [(host, where) for host, where in places if _is_tcp(host)]
    if not open_places or _verifies_clients(config, command_line):
        return []
    return [
        f"{where} {host} without client certificates, so everyone who can reach it has root access: "
        f"set docker_tls, or tlsverify to true and {', '.join(_CERTIFICATES)} to the certificates' paths"
        for host, where in open_places
    ]


def _is_tcp(host: str) -> bool:
    """Whether dockerd listens on TCP at this address; an address without a scheme is TCP too."""
    return not host.strip().startswith(("unix://", "fd://")) and host.strip() != ""


def _verifies_clients(config: Config, command_line: str) -> bool:
    verify = config.get("tlsverify") is True or "true" in flag_values(command_line, ("tlsverify",))
    return verify and all(config.get(key) or flag_values(command_line, (key,)) for key in _CERTIFICATES)


def problems_of(
    config: Config,
    *,
    member: bool,
    command_line: str,
    version: tuple[int, int] | None,
    engine_validates: bool,
    sockets: Collection[str] = (),
) -> list[str]:
    """Everything in this configuration that would keep the engine from starting, as far as it can be checked here.

    Args:
        command_line: ExecStart of docker.service; empty when there is no unit yet.
        version: major and minor of the engine; None when there is none.
        sockets: where docker.socket listens.
        engine_validates: `dockerd --validate` is run as well and reports unknown keys.
    """
    problems = type_problems(config)
    if not engine_validates:
        problems += unknown_problems(config, version)
    return (
        problems
        + flag_problems(config, command_line)
        + member_problems(config, member)
        + ([] if problems else listening_problems(config, command_line, sockets))
    )


def changed_keys(current: Config, desired: Config) -> list[str]:
    """Names of the keys that are added, removed or changed."""
    names = {*current, *desired}
    return sorted(key for key in names if current.get(key) != desired.get(key) or (key in current) != (key in desired))


def action_for(current: Config, desired: Config) -> str:
    """The least that makes a running engine apply the change: `none`, `reload` or `restart`.

    A removed key always needs a restart: a reload only applies keys that are in the file.
    """
    changed = changed_keys(current, desired)
    if not changed:
        return "none"
    return "reload" if all(key in RELOADABLE and key in desired for key in changed) else "restart"
