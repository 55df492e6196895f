# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The last deployments of a stack, kept in swarm configs: how they are written, read, and chosen from. No I/O.

A deployment is compressed and cut into as many configs as it needs. They carry the stack's label, so that whoever
removes the stack, by whatever means, removes them as well.
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

# Engines before 23.0 take configs of 500 kB, newer ones of 1000 kB.
_LARGEST = 450_000
_LONGEST_STACK = 32


class HistoryError(UserError):
    """There is no such deployment to go to."""


@dataclass(frozen=True)
class Deployment:
    """A deployment that was kept.

    Attributes:
        number: counts up.
        at: when it ended, UTC.
        user, host: who ran it, on which controller.
        files: path and SHA-256 digest of each compose file, as far as they hold no secrets.
        outcome: `succeeded`, `failed`, or `found` of what ran before the first deployment that was kept.
        back_to: the number of the deployment that it went back to; None of others.
        state: the stack as it was then, as snapshot.snapshot_of() makes it.
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
    """The ConfigSpecs that keep a deployment."""
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
    """The deployments that a stack's configs keep, oldest first. Those that cannot be read are left out."""
    found = (_unpacked(parts) for _number, parts in sorted(_by_number(configs).items()))
    return [deployment for deployment in found if deployment is not None]


def surplus(configs: Iterable[Json], keep: int) -> list[Json]:
    """The configs of all but the newest deployments, and of those that cannot be read.

    Deployments that failed push out none that did not, as those are where a stack goes back to: of failed ones, only
    the last is kept, while none that succeeded follows it.
    """
    numbered = _by_number(configs)
    readable = deployments_in(item for parts in numbered.values() for item in parts)
    good = [deployment.number for deployment in readable if deployment.outcome != FAILED]
    kept = set(good[max(0, len(good) - keep) :])
    if keep and readable:
        kept.add(readable[-1].number)
    return [item for number, parts in sorted(numbered.items()) if number not in kept for item in parts]


def choose(deployments: Sequence[Deployment], number: int | None, interrupted: bool) -> Deployment:
    """The deployment to go back to.

    Args:
        deployments: those that were kept, oldest first.
        number: the one that was asked for; None for the one before the present one.
        interrupted: whether the last deploy was cut off, so that the newest deployment is the previous one.

    Raises:
        HistoryError: there is none.
    """
    told = ", ".join(str(item) for item in deployments) or "none"
    if number is not None:
        found = [item for item in deployments if item.number == number]
        if not found:
            raise HistoryError(f"deployment {number} is not kept; kept are: {told}")
        return found[0]
    good = [item for item in deployments if item.outcome != FAILED]
    if deployments and not interrupted:
        newest = deployments[-1]
        good = [item for item in good if item.number < position(newest)]
    if not good:
        raise HistoryError(f"there is no earlier deployment to go back to; kept are: {told}")
    return good[-1]


def position(deployment: Deployment) -> int:
    """Where in the history a stack is after a deployment, which may itself have gone back to an earlier one."""
    return deployment.number if deployment.back_to is None else deployment.back_to


def as_data(deployment: Deployment) -> Json:
    """A deployment without its specs, as the module `stack_info` returns it."""
    services = deployment.state.get("services") or {}
    told = {key: value for key, value in asdict(deployment).items() if key != "state"}
    images = {name: spec["TaskTemplate"]["ContainerSpec"]["Image"] for name, spec in sorted(services.items())}
    return {**told, "images": images}


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
