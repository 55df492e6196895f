# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The engine as one run changes the cluster through it: only while the run may, and with a journal of what it did.

Every call that is no `GET` passes through one place, so that none can be forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.errors import NoAnswerError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.transport import Answer, Transport, refusal_in

Json = dict[str, Any]

_KINDS = {"services": "service", "networks": "network", "configs": "config", "secrets": "secret"}
_CREATE = "create"


@dataclass
class Journal:
    """What one run has done to the cluster so far.

    Attributes:
        created: by id, the kind and full name of each object that the run has made.
        updated: ids of the objects it has changed.
        removed: ids of the objects it has removed.
        perhaps_created: kind and full name of objects that it asked for, without a clear answer.
        perhaps_changed: ids of objects whose change or removal it asked for, without a clear answer.
    """

    created: dict[str, tuple[str, str]] = field(default_factory=dict)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    perhaps_created: set[tuple[str, str]] = field(default_factory=set)
    perhaps_changed: set[str] = field(default_factory=set)

    def made(self, kind: str, name: str, object_id: str) -> bool:
        """Whether this run made an object, or asked for one of that name and never got the answer."""
        return object_id in self.created or (kind, name) in self.perhaps_created

    def touched(self) -> set[str]:
        """Ids of the objects that this run has changed or removed, or may have."""
        return {*self.updated, *self.removed, *self.perhaps_changed}

    def in_words(self, names: Mapping[str, str]) -> str:
        """`created service shop_ui; updated nothing; removed config shop_conf`.

        Args:
            names: kind and name of the objects that were there before, by id.
        """
        known = {**names, **{key: f"{kind} {name}" for key, (kind, name) in self.created.items()}}
        created = [known[item] for item in self.created]
        updated = [known.get(item, item) for item in self.updated if item not in self.created]
        removed = [known.get(item, item) for item in self.removed]
        parts = (("created", created), ("updated", updated), ("removed", removed))
        return "; ".join(f"{verb} {', '.join(sorted(set(items))) or 'nothing'}" for verb, items in parts)


def guarded(engine: Engine, verify: Callable[[], None], journal: Journal) -> Engine:
    """The engine, which asks before each change whether this run may still make it.

    Args:
        verify: raises if the run must stop.
        journal: is added to.
    """
    return engine.through(lambda way: GuardedTransport(way, verify, journal))


class GuardedTransport:
    """A way to an engine that nothing but reads passes unverified; see `guarded`."""

    def __init__(self, way: Transport, verify: Callable[[], None], journal: Journal) -> None:
        self._way = way
        self._verify = verify
        self._journal = journal

    def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """See `Transport`."""
        if method == "GET":
            return self._way.send(method, path, query, body, headers)
        self._verify()
        _version, plural, *rest = path.strip("/").split("/")
        kind, name, subject = _KINDS.get(plural, plural), str((body or {}).get("Name", "")), rest[0] if rest else ""
        try:
            answer = self._way.send(method, path, query, body, headers)
        except NoAnswerError:
            self._note_perhaps(kind, name, subject)
            raise
        refusal = refusal_in(answer)
        if refusal is None:
            self._note_done(method, answer, kind, name, subject)
        elif _may_have_been_done(refusal):
            self._note_perhaps(kind, name, subject)
        return answer

    def _note_perhaps(self, kind: str, name: str, subject: str) -> None:
        if subject == _CREATE:
            self._journal.perhaps_created.add((kind, name))
        else:
            self._journal.perhaps_changed.add(subject)

    def _note_done(self, method: str, answer: Answer, kind: str, name: str, subject: str) -> None:
        if subject == _CREATE:
            created = json.loads(answer.text)
            self._journal.created[created.get("ID") or created["Id"]] = (kind, name)
        elif method == "DELETE":
            self._journal.removed.append(subject)
        else:
            self._journal.updated.append(subject)


def _may_have_been_done(refusal: EngineError) -> bool:
    """Whether a request was perhaps carried out although it failed, such as one that the leader answered too late."""
    return refusal.status >= 500 and not (refusal.out_of_sequence or refusal.leaderless)
