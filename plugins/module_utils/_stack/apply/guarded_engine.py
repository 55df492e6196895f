# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""An engine connection for changes by one run: each change is allowed only while the run holds its lock, and recorded.

Every request that is not a `GET` passes through one place, so that none can bypass the check.
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
    """What one run has changed in the cluster so far.

    Attributes:
        created: by id, the kind and full name of each object that the run has created.
        updated: ids of the objects that it has updated.
        removed: ids of the objects that it has removed.
        perhaps_created: kind and full name of objects whose creation got no clear answer.
        perhaps_changed: ids of objects whose update or removal got no clear answer.
    """

    created: dict[str, tuple[str, str]] = field(default_factory=dict)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    perhaps_created: set[tuple[str, str]] = field(default_factory=set)
    perhaps_changed: set[str] = field(default_factory=set)

    def made(self, kind: str, name: str, object_id: str) -> bool:
        """Whether this run created an object, or sent a create request for this name and got no clear answer."""
        return object_id in self.created or (kind, name) in self.perhaps_created

    def touched(self) -> set[str]:
        """Ids of the objects that this run has updated or removed, or may have."""
        return {*self.updated, *self.removed, *self.perhaps_changed}

    def in_words(self, names: Mapping[str, str]) -> str:
        """`created service shop_ui; updated nothing; removed config shop_conf`.

        Args:
            names: kind and name of the objects that existed before, by id.
        """
        known = {**names, **{key: f"{kind} {name}" for key, (kind, name) in self.created.items()}}
        created = [known[item] for item in self.created]
        updated = [known.get(item, item) for item in self.updated if item not in self.created]
        removed = [known.get(item, item) for item in self.removed]
        parts = (("created", created), ("updated", updated), ("removed", removed))
        return "; ".join(f"{verb} {', '.join(sorted(set(items))) or 'nothing'}" for verb, items in parts)


def guarded(engine: Engine, verify: Callable[[], None], journal: Journal) -> Engine:
    """The engine with a check before each change whether this run may still make it.

    Args:
        verify: raises if the run must stop.
        journal: records the changes.
    """
    return engine.through(lambda transport: GuardedTransport(transport, verify, journal))


class GuardedTransport:
    """A transport that calls `verify` before every request except `GET`; see `guarded`."""

    def __init__(self, transport: Transport, verify: Callable[[], None], journal: Journal) -> None:
        self._way = transport
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
    """Whether a failed request may have been carried out, for example because the leader answered too late."""
    return refusal.status >= 500 and not (refusal.out_of_sequence or refusal.leaderless)
