# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The keys of daemon.json and the JSON types dockerd accepts for them.

`dockerd --validate` (Docker 23.0 and newer) is preferred where it can be run. This table serves older engines, hosts
without an engine, and error messages that name the key.
Source: https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file
"""

from __future__ import annotations

import difflib
from typing import Any

_BOOLEAN = (
    "allow-direct-routing cri-containerd debug experimental icc init ip-forward ip-forward-no-drop ip-masq iptables "
    "ip6tables ipv6 live-restore no-new-privileges raw-logs rootless selinux-enabled tls tlsverify userland-proxy"
)
_INTEGER = (
    "cpu-rt-period cpu-rt-runtime max-concurrent-downloads max-concurrent-uploads max-download-attempts mtu "
    "network-control-plane-mtu network-diagnostic-port shutdown-timeout swarm-raft-election-tick "
    "swarm-raft-heartbeat-tick"
)
_STRING = (
    "bip bip6 bridge bridge-accept-fwmark cgroup-parent containerd containerd-namespace containerd-plugin-namespace "
    "data-root default-cgroupns-mode default-gateway default-gateway-v6 default-init default-ipc-mode "
    "default-runtime exec-root firewall-backend fixed-cidr fixed-cidr-v6 group host-gateway-ip init-path ip "
    "log-driver log-format log-level metrics-addr min-api-version pidfile resolv-conf seccomp-profile storage-driver "
    "swarm-default-advertise-addr tlscacert tlscert tlskey userland-proxy-path userns-remap"
)
_STRINGS = (
    "allow-nondistributable-artifacts authorization-plugins cdi-spec-dirs dns dns-opts dns-search exec-opts "
    "host-gateway-ips hosts insecure-registries labels node-generic-resources registry-mirrors storage-opts"
)
_STRING_MAP = "log-opts proxies"
_MAP = "builder default-network-opts default-ulimits features nri-opts runtimes"
_MAPS = "default-address-pools"
_SIZE = "default-shm-size"

_LISTS: dict[str, type] = {"a list of strings": str, "a list of mappings": dict}

KINDS: dict[str, str] = {
    key: kind
    for kind, keys in (
        ("true or false", _BOOLEAN),
        ("a whole number", _INTEGER),
        ("a string", _STRING),
        ("a list of strings", _STRINGS),
        ("a mapping of strings", _STRING_MAP),
        ("a mapping", _MAP),
        ("a list of mappings", _MAPS),
        ("a size, such as 64M", _SIZE),
    )
    for key in keys.split()
}

# Keys that Docker 20.10, the oldest supported engine, does not know; and the release that added each.
SINCE: dict[str, tuple[int, int]] = {
    "allow-direct-routing": (28, 2),
    "bip6": (28, 0),
    "bridge-accept-fwmark": (28, 3),
    "cdi-spec-dirs": (25, 0),
    "default-network-opts": (24, 0),
    "firewall-backend": (29, 0),
    "host-gateway-ips": (28, 0),
    "ip-forward-no-drop": (28, 0),
    "log-format": (24, 0),
    "min-api-version": (29, 0),
    "nri-opts": (29, 2),
    "proxies": (23, 0),
}


def type_problems(config: dict[str, Any]) -> list[str]:
    """Values with the wrong type: one sentence for each key."""
    problems = []
    for key, value in sorted(config.items()):
        kind = KINDS.get(key)
        if kind is None:
            continue
        if not _is(kind, value):
            problems.append(f"{key} must be {kind}, not {_describe(value)}")
        elif kind == "a mapping of strings":
            problems += [
                f'{key}.{name} must be a string, not {_describe(item)}: write "{_as_text(item)}" in quotes'
                for name, item in sorted(value.items())
                if not isinstance(item, str)
            ]
    return problems


def unknown_problems(config: dict[str, Any], version: tuple[int, int] | None) -> list[str]:
    """Keys with which an engine of this version (major, minor; None: unknown) refuses to start."""
    problems = []
    for key in sorted(config):
        if key not in KINDS:
            near = difflib.get_close_matches(key, KINDS, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            problems.append(f"{key} is not a key of daemon.json{hint}")
        elif version is not None and SINCE.get(key, (0, 0)) > version:
            since = "{}.{}".format(*SINCE[key])
            problems.append(f"{key} needs Docker {since}, and this host has {version[0]}.{version[1]}")
    return problems


def _is(kind: str, value: Any) -> bool:
    if kind == "true or false":
        return isinstance(value, bool)
    if kind == "a whole number":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "a size, such as 64M":
        return isinstance(value, (str, int)) and not isinstance(value, bool)
    if kind in _LISTS:
        return isinstance(value, list) and all(isinstance(item, _LISTS[kind]) for item in value)
    return isinstance(value, str if kind == "a string" else dict)


def _describe(value: Any) -> str:
    names = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list", dict: "a mapping"}
    return f"{names.get(type(value), 'nothing')} ({_as_text(value)})" if not isinstance(value, dict) else "a mapping"


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
