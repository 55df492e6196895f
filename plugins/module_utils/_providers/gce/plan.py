# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The plan of a module as data: shown in check mode, applied otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# A step that waits for a transient state to end; not a change.
SETTLE = "settle"
START = "start"
STOP = "stop"

_IN_WORDS = {"instance": "host", "firewall": "firewall rule"}


@dataclass(frozen=True)
class Step:
    """One request to send.

    Attributes:
        action: a name in apply.ACTIONS.
        kind: `instance`, `disk`, `address` or `firewall`.
        name: the resource's name.
        where: its zone, its region, or `global`.
        before, after: the fields that change; None for a resource that does not exist.
        detail: further data of the request; never shown.
    """

    action: str
    kind: str
    name: str
    where: str
    before: Any = None
    after: Any = None
    detail: Json = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return f"{self.action} {self.kind} {self.name} ({self.where})"


@dataclass(frozen=True)
class Held:
    """A difference that is kept, because fixing it would cost more than the policy allows."""

    name: str
    field: str
    before: Any
    after: Any
    needs: str

    def as_dict(self) -> Json:
        """The difference as a module returns it."""
        return {"name": self.name, "field": self.field, "before": self.before, "after": self.after, "needs": self.needs}


@dataclass(frozen=True)
class Plan:
    """The steps, grouped in lanes: the steps of one lane run in order, lanes run in parallel.

    Attributes:
        lanes: steps by the name of the host (or rule, or address) they are for.
        held: differences that are kept.
        surplus: hosts of the group that are no longer declared and are kept.
        unused: reserved addresses of the group that no host uses or is declared to use, and that are kept: `name`,
            `region`, `address` and `usd_per_month`.
    """

    lanes: dict[str, tuple[Step, ...]]
    held: tuple[Held, ...] = ()
    surplus: tuple[str, ...] = ()
    unused: tuple[Json, ...] = ()

    @property
    def steps(self) -> list[Step]:
        """All steps, lane after lane."""
        return [step for lane in self.lanes.values() for step in lane]

    @property
    def changed(self) -> bool:
        """Whether anything is to be changed."""
        return any(step.action != SETTLE for step in self.steps)

    def changes(self) -> list[Json]:
        """What happens to each host, rule, address or image: `kind`, `name`, `action` and `details`."""
        lanes = {name: [step for step in lane if step.action != SETTLE] for name, lane in self.lanes.items()}
        return [_change(name, steps) for name, steps in sorted(lanes.items()) if steps]

    def diff(self) -> Json:
        """The diff shown by Ansible: one line for each field, independent of the order of steps."""
        return {"before": _shown(self.steps, "before"), "after": _shown(self.steps, "after")}


def _change(name: str, steps: list[Step]) -> Json:
    kinds = {step.kind for step in steps}
    kind = "instance" if kinds & {"instance", "disk"} else steps[0].kind
    own = {step.action.partition("_")[0] for step in steps if step.kind == kind}
    made, gone = bool(own & {"create", "reserve"}), bool(own & {"delete", "release"})
    # Deleted and made again, it is the same host to its reader, with something else about it.
    action = "create" if made and not gone else "delete" if gone and not made else "change"
    details = [f"{step.action.replace('_', ' ')} {step.name} ({step.where})" for step in steps]
    return {"kind": _IN_WORDS.get(kind, kind), "name": name, "action": action, "details": details}


def _shown(steps: Iterable[Step], side: str) -> Json:
    shown: Json = {}
    for step in steps:
        value = getattr(step, side)
        if value is None:
            continue
        slot = shown.setdefault(f"{step.kind} {step.name}", {})
        slot.update(value if isinstance(value, dict) else {step.action: value})
    return shown
