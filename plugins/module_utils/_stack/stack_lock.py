# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""One deploy of a stack at a time: a lock in the swarm that lives as long as the run that holds it.

The holder changes a label of the lock's config every few seconds. Who waits for it watches that, by its own clock:
a lock that shows no life any more belongs to a run that was killed, and is taken away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import lock_name
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import (
    Holder,
    config_name,
    config_spec,
    holder_of,
)

Json = dict[str, Any]

BEAT = "dockyard.swarm.lock.beat"
PROGRESS = "dockyard.swarm.lock.progress"

_BEAT_EVERY = 3.0
# Longer than an election of a new leader, during which nobody can show life.
_DEAD_AFTER = 30.0
_PAUSE = 1.0
_LONGEST_LABEL = 1000


class StackLockedError(UserError):
    """Somebody else deploys the stack at this moment."""


class StackLock:
    """The lock, once it is held. `broken` tells whether it was taken from a run that was cut off."""

    def __init__(self, engine: Engine, config_id: str, broken: bool) -> None:
        self._engine = engine
        self._config_id = config_id
        self._ended = threading.Event()
        self._heart = threading.Thread(target=self._beat, daemon=True)
        self.broken = broken
        self._progress = ""
        self.lost = False
        self._heart.start()

    def release(self) -> None:
        """Give the lock back. Where that fails it is taken away later, as it shows no life."""
        self._ended.set()
        self._heart.join()
        with suppress(EngineError):
            self._engine.config_remove(self._config_id)

    def tell(self, progress: str) -> None:
        """What this run waits for at this moment; the lock says it to whoever looks."""
        self._progress = progress[:_LONGEST_LABEL]

    def check(self) -> None:
        """Stop a run that has been taken for dead.

        Raises:
            StackLockedError: somebody else has the lock now.
        """
        if self.lost:
            raise StackLockedError(
                "another deploy took this one for dead, as it showed no life for too long; run it again"
            )

    def _beat(self) -> None:
        count = 0
        while not self._ended.wait(_BEAT_EVERY):
            count += 1
            try:
                self._show_life(count)
            except EngineError as error:
                self.lost = self.lost or error.not_found

    def _show_life(self, count: int) -> None:
        found = next((item for item in self._engine.configs({"id": self._config_id})), None)
        if found is None:
            raise EngineError("the lock is gone", 404)
        labels = {**(found["Spec"].get("Labels") or {}), BEAT: str(count), PROGRESS: self._progress}
        self._engine.config_update(self._config_id, found["Version"]["Index"], {**found["Spec"], "Labels": labels})


@contextmanager
def hold_stack_lock(engine: Engine, stack: str, holder: Holder, timeout: float) -> Iterator[StackLock]:
    """Hold the stack's lock.

    Args:
        holder: who is told to others that want it.
        timeout: seconds to wait for another run.

    Raises:
        StackLockedError: the other run is still alive after that time.
    """
    lock = acquire(engine, stack, holder, timeout)
    try:
        yield lock
    finally:
        lock.release()


def deploy_in_progress(locks: Iterable[Json], stack: str) -> Json | None:
    """Who deploys a stack at this moment, and what that run waits for; None if nobody does."""
    found = next((item for item in locks if item["Spec"]["Name"] == config_name(lock_name(stack))), None)
    if found is None:
        return None
    holder = holder_of(found)
    progress = (found["Spec"].get("Labels") or {}).get(PROGRESS, "")
    return {"user": holder.owner, "host": holder.origin, "since": holder.since, "progress": progress}


def acquire(
    engine: Engine,
    stack: str,
    holder: Holder,
    timeout: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> StackLock:
    """Take the lock, or wait for it; see `hold_stack_lock`."""
    lock = lock_name(stack)
    deadline = clock() + timeout
    seen: tuple[str, int] | None = None
    since = clock()
    broken = False
    while True:
        try:
            return StackLock(engine, engine.config_create(config_spec(lock, holder)), broken)
        except EngineError as error:
            if not error.conflict:
                raise
        found = _find(engine, lock)
        if found is None:
            continue
        life = (found["ID"], found["Version"]["Index"])
        if life != seen:
            seen, since = life, clock()
        elif clock() - since >= _DEAD_AFTER:
            broken = _remove(engine, found["ID"])
            continue
        if clock() >= deadline:
            raise StackLockedError(_refusal(stack, holder_of(found), timeout))
        sleep(_PAUSE)


def _find(engine: Engine, lock: str) -> Json | None:
    name = config_name(lock)
    # The engine's filter also finds names that merely begin so.
    return next((item for item in engine.configs({"name": name}) if item["Spec"]["Name"] == name), None)


def _remove(engine: Engine, config_id: str) -> bool:
    """Take a dead run's lock away; False if somebody was faster."""
    try:
        engine.config_remove(config_id)
    except EngineError as error:
        if not error.not_found:
            raise
        return False
    return True


def _refusal(stack: str, holder: Holder, timeout: float) -> str:
    waited = f" It was waited for {timeout:g} s." if timeout else ""
    return (
        f"another deploy of stack {stack} is under way: {holder}.{waited} Run this one again when it has ended, or set "
        "lock_timeout to wait longer. The lock of a run that was killed ends by itself, after "
        f"{_DEAD_AFTER:g} s without a sign of life"
    )
