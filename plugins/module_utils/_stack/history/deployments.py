# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The last deployments of a stack, stored in swarm configs: write, read and select them. No I/O.

A deployment is compressed and split over as many configs as it needs. They have the stack's label, so that they are
removed with the stack, by whatever tool.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import (
    DEPLOYMENT,
    NAMESPACE,
    PART,
    labels_of,
    shortened,
)

Json = dict[str, Any]

SUCCEEDED = "succeeded"
FAILED = "failed"
FOUND = "found"

# Engines before 23.0 accept configs up to 500 kB, newer ones up to 1000 kB.
_LARGEST = 450_000
_LONGEST_STACK = 32


class HistoryError(UserError):
    """There is no such deployment to restore."""


@dataclass(frozen=True)
class Deployment:
    """A stored deployment.

    Attributes:
        number: counts upwards.
        at: when it ended, UTC.
        user, host: who ran it, on which controller.
        files: path and SHA-256 digest of each compose file, except those with secrets.
        outcome: `succeeded`, `failed`, or `found` for the state before the first stored deployment.
        back_to: the number of the deployment that it restored; None for others.
        state: the stack at that time, see snapshot.snapshot_of().
    """

    number: int
    at: str
    user: str = ""
    host: str = ""
    files: list[Json] = field(default_factory=list)
    outcome: str = SUCCEEDED
    back_to: int | None = None
    state: Json = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return f"{self.number} ({self.outcome}, {self.at}{f' by {self.user}' if self.user else ''})"


def as_configs(deployment: Deployment, stack: str, largest: int = _LARGEST) -> list[Json]:
    """The ConfigSpecs that store a deployment."""
    packed = zlib.compress(json.dumps(asdict(deployment), separators=(",", ":"), sort_keys=True).encode(), 9)
    parts = [packed[start : start + largest] for start in range(0, len(packed), largest)]
    return [
        {
            "Name": f"{shortened(stack, _LONGEST_STACK)}.deployment.{deployment.number}.{index}",
            "Labels": {
                NAMESPACE: stack,
                DEPLOYMENT: str(deployment.number),
                PART: f"{index}/{len(parts)}",
            },
            "Data": base64.b64encode(part).decode(),
        }
        for index, part in enumerate(parts, start=1)
    ]


def deployments_in(configs: Iterable[Json]) -> list[Deployment]:
    """The deployments stored in a stack's configs, oldest first. Unreadable ones are left out."""
    found = (_unpacked(parts) for _number, parts in sorted(_by_number(configs).items()))
    return [deployment for deployment in found if deployment is not None]


def surplus(configs: Iterable[Json], keep: int) -> list[Json]:
    """The configs of all but the newest deployments, and of unreadable ones.

    Failed deployments do not displace successful ones, because only these can be restored: of failed ones, only the
    last is kept, as long as no successful one follows it.
    """
    numbered = _by_number(configs)
    readable = deployments_in(item for parts in numbered.values() for item in parts)
    good = [deployment.number for deployment in readable if deployment.outcome != FAILED]
    kept = set(good[max(0, len(good) - keep) :])
    if keep and readable:
        kept.add(readable[-1].number)
    return [item for number, parts in sorted(numbered.items()) if number not in kept for item in parts]


def choose(deployments: Sequence[Deployment], number: int | None, interrupted: bool) -> Deployment:
    """The deployment to restore.

    Args:
        deployments: the stored ones, oldest first.
        number: the requested one; None for the one before the current one.
        interrupted: whether the last deploy was interrupted, so that the newest stored deployment is the previous one.

    Raises:
        HistoryError: there is none.
    """
    listed = ", ".join(str(item) for item in deployments) or "none"
    if number is not None:
        found = [item for item in deployments if item.number == number]
        if not found:
            raise HistoryError(f"deployment {number} is not stored; stored deployments: {listed}")
        return found[0]
    good = [item for item in deployments if item.outcome != FAILED]
    if deployments and not interrupted:
        newest = deployments[-1]
        good = [item for item in good if item.number < position(newest)]
    if not good:
        raise HistoryError(f"there is no earlier deployment to restore; stored deployments: {listed}")
    return good[-1]


def position(deployment: Deployment) -> int:
    """The position in the history that a deployment represents, which may have restored an earlier one."""
    return deployment.number if deployment.back_to is None else deployment.back_to


def as_data(deployment: Deployment) -> Json:
    """A deployment without its specs, as the module `stack_info` returns it."""
    services = deployment.state.get("services") or {}
    listed = {key: value for key, value in asdict(deployment).items() if key != "state"}
    images = {name: spec["TaskTemplate"]["ContainerSpec"]["Image"] for name, spec in sorted(services.items())}
    return {**listed, "images": images}


def _by_number(configs: Iterable[Json]) -> dict[int, list[Json]]:
    numbered: dict[int, list[Json]] = {}
    for item in configs:
        number = labels_of(item["Spec"]).get(DEPLOYMENT, "")
        numbered.setdefault(int(number) if number.isdigit() else 0, []).append(item)
    return numbered


def _unpacked(parts: Iterable[Json]) -> Deployment | None:
    pieces: dict[int, bytes] = {}
    wanted = 0
    try:
        for item in parts:
            index, _slash, count = labels_of(item["Spec"]).get(PART, "").partition("/")
            pieces[int(index)], wanted = base64.b64decode(item["Spec"].get("Data") or ""), int(count)
        if sorted(pieces) != list(range(1, wanted + 1)):
            return None
        document: Mapping[str, Any] = json.loads(zlib.decompress(b"".join(pieces[key] for key in sorted(pieces))))
        return Deployment(**document)
    except (KeyError, TypeError, ValueError, zlib.error):
        return None
