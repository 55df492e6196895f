# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Parse and match placement constraints as swarm does. No I/O.

Source: swarmkit, manager/constraint/constraint.go. Two of its rules are surprising: a value may not contain commas,
quotes, or `=`, and an unknown key is accepted and then matches no node.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

NODE_LABEL = "node.labels."
ENGINE_LABEL = "engine.labels."
KEYS = ("node.id", "node.hostname", "node.ip", "node.role", "node.platform.os", "node.platform.arch")
ROLES = ("manager", "worker")

_KEY = re.compile(r"[a-z_][a-z0-9\-_.]+", re.IGNORECASE | re.ASCII)
_VALUE = re.compile(r"[a-z0-9:\-_\s.*()?+\[\]\\^$|/]+", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Constraint:
    """`key == value`, or `key != value` if `equal` is false."""

    key: str
    equal: bool
    value: str

    def matches(self, node: Json) -> bool:
        """Whether a node (from `GET /nodes`) satisfies the constraint."""
        if self.key.lower() == "node.ip":
            return self._matches_address(node)
        return (self.value.lower() == _value_of(self.key, node).lower()) == self.equal

    def _matches_address(self, node: Json) -> bool:
        wanted = network_of(self.value)
        address = network_of(str((node.get("Status") or {}).get("Addr") or ""))
        if wanted is None:
            return False
        within = address is not None and address.version == wanted.version and address.network_address in wanted
        return within == self.equal


def parse(text: str) -> Constraint:
    """Parse a constraint.

    Raises:
        ValueError: swarm would refuse it; the message says what to write instead.
    """
    operator = next((item for item in ("==", "!=") if item in text), None)
    if operator is None:
        advice = ""
        if "=" in text:
            key, _equals, value = text.partition("=")
            advice = f': write "{key.strip()} == {value.strip()}"'
        raise ValueError(f'"{text}" is not a constraint; it needs == or !={advice}')
    key, _operator, value = text.partition(operator)
    key, value = key.strip(), value.strip()
    if not _KEY.fullmatch(key):
        raise ValueError(f'"{text}" is not a constraint: "{key}" is not a key; use {_known_keys()}')
    if not value:
        raise ValueError(f'"{text}" is not a constraint: the value after {operator} is missing')
    if not _VALUE.fullmatch(value):
        raise ValueError(
            f'"{text}" is not a constraint: the value "{value}" may only have ASCII letters, digits, spaces and '
            ". : - _ / * ( ) ? + [ ] \\ ^ $ |"
        )
    return Constraint(key, operator == "==", value)


def never(constraint: Constraint) -> str:
    """Why no node can ever satisfy a constraint that swarm accepts; empty if one could."""
    key = constraint.key.lower()
    if key in KEYS or (key.startswith((NODE_LABEL, ENGINE_LABEL)) and not key.endswith("labels.")):
        if key == "node.role" and constraint.equal and constraint.value.lower() not in ROLES:
            return f'node.role is manager or worker, never "{constraint.value}"'
        if key == "node.ip" and network_of(constraint.value) is None:
            return f'"{constraint.value}" is not an IP address or network, such as 10.0.0.0/24'
        return ""
    known = [*KEYS, NODE_LABEL, ENGINE_LABEL]
    head, _dot, label = constraint.key.rpartition(".")
    near = difflib.get_close_matches(f"{head}.".lower(), (NODE_LABEL, ENGINE_LABEL), 1, cutoff=0.8)
    if near and label:
        return f'swarm has no key "{constraint.key}"; did you mean "{near[0]}{label}"?'
    near = difflib.get_close_matches(key, known, 1, cutoff=0.8)
    if near:
        return f'swarm has no key "{constraint.key}"; did you mean "{near[0]}"?'
    return f'swarm has no key "{constraint.key}"; use {_known_keys()}'


def contradiction(constraints: Collection[Constraint]) -> str:
    """Two constraints that exclude each other; empty if there are none."""
    required: dict[str, str] = {}
    for item in constraints:
        key = _folded(item.key)
        if item.equal and key != "node.ip":
            before = required.setdefault(key, item.value)
            if before.lower() != item.value.lower():
                return f'{item.key} cannot be "{before}" and "{item.value}" at once'
    for item in constraints:
        if not item.equal and required.get(_folded(item.key), "\0").lower() == item.value.lower():
            return f'{item.key} cannot be "{item.value}" and not be it at once'
    return ""


def network_of(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """An IP address or network; None if the text is neither."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _folded(key: str) -> str:
    """A key as swarm compares it: the names of labels are case-sensitive."""
    for prefix in (NODE_LABEL, ENGINE_LABEL):
        if key.lower().startswith(prefix):
            return prefix + key[len(prefix) :]
    return key.lower()


def _value_of(key: str, node: Json) -> str:
    """The value that a node has for a key; empty if it has none. For known keys only: see `never`."""
    description: Mapping[str, Any] = node.get("Description") or {}
    spec: Mapping[str, Any] = node.get("Spec") or {}
    platform: Mapping[str, Any] = description.get("Platform") or {}
    folded = _folded(key)
    if folded.startswith(NODE_LABEL):
        return str((spec.get("Labels") or {}).get(folded[len(NODE_LABEL) :], ""))
    if folded.startswith(ENGINE_LABEL):
        engine: Mapping[str, Any] = description.get("Engine") or {}
        return str((engine.get("Labels") or {}).get(folded[len(ENGINE_LABEL) :], ""))
    return str(
        {
            "node.id": node.get("ID"),
            "node.hostname": description.get("Hostname"),
            "node.role": spec.get("Role"),
            "node.platform.os": platform.get("OS"),
            "node.platform.arch": platform.get("Architecture"),
        }.get(folded)
        or ""
    )


def _known_keys() -> str:
    return f"{', '.join(KEYS)}, {NODE_LABEL}NAME or {ENGINE_LABEL}NAME"
