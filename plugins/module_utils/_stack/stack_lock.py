# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Only one deploy of a stack at a time: a lock in the swarm that is renewed as long as its run lives.

The holder changes a label of the lock's config every few seconds. Runs that wait for the lock observe this by their own
clock: a lock that is no longer renewed belongs to a killed run, and is removed. A run that was only suspended notices
this when it continues: it reads the lock from the swarm before each change.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.objects import named, version_of, with_id
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.retry import when_there_is_a_leader
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import lock_name
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.places import SwarmPlace
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import (
    DEPLOY,
    Holder,
    config_name,
    config_spec,
    holder_of,
    keep_alive,
)

Json = dict[str, Any]

BEAT = "dockyard.swarm.lock.beat"
PROGRESS = "dockyard.swarm.lock.progress"

_BEAT_EVERY = 3.0
# Beats between two renewals of the controller's deploy lock.
_DEPLOY_LOCK_EVERY = 10
# Longer than an election of a new leader, during which no lock can be renewed.
_DEAD_AFTER = 30.0
_PAUSE = 1.0
_LONGEST_LABEL = 1000
_NO_LIFE = f"it showed no sign of life for {_DEAD_AFTER:g} s or more"


class StackLockedError(UserError):
    """Another run deploys the stack now."""


class LostLockError(UserError):
    """This run no longer holds the stack's lock, so it must not change anything."""


class StackLock:
    """The lock of a stack while it is held. It also keeps the deploy lock of the same controller's run alive.

    Args:
        controller_run: the `run` of that controller in the deploy lock; empty if it has none.

    Attributes:
        from_dead_run: whether it was taken over from a run that no longer renewed it.
    """

    def __init__(
        self, engine: Engine, stack: str, config_id: str, from_dead_run: bool, controller_run: str = ""
    ) -> None:
        self._engine = engine
        self._controller_run = controller_run
        self._stack = stack
        self._config_id = config_id
        self._progress = ""
        self._released = threading.Event()
        self._heart = threading.Thread(target=self._beat, daemon=True)
        self.from_dead_run = from_dead_run
        self._heart.start()

    def release(self) -> None:
        """Release the lock. If that fails, it is removed later, because it is no longer renewed."""
        self._released.set()
        self._heart.join()
        with suppress(EngineError):
            self._engine.config_remove(self._config_id)

    def report_progress(self, progress: str) -> None:
        """Set what this run is waiting for, which is stored in the lock for others."""
        self._progress = progress[:_LONGEST_LABEL]

    def verify(self) -> None:
        """Read the lock from the swarm again: a suspended run may have lost it.

        Raises:
            LostLockError: this run no longer holds it.
            EngineError: it could not be read, so it is unknown.
        """
        found = when_there_is_a_leader(partial(_find, self._engine, lock_name(self._stack)))
        if found is None:
            raise LostLockError(f"this run lost the lock of stack {self._stack}: {_NO_LIFE}; the lock is free now")
        if found["ID"] != self._config_id:
            raise LostLockError(f"this run lost the lock of stack {self._stack}: {_NO_LIFE}; now {holder_of(found)}")

    def _beat(self) -> None:
        count = 0
        while not self._released.wait(_BEAT_EVERY):
            count += 1
            # A failed beat is followed by another; whether the lock is still held is checked before each change.
            with suppress(EngineError):
                self._show_life(count)
            if self._controller_run and count % _DEPLOY_LOCK_EVERY == 1:
                with suppress(EngineError):
                    keep_alive(SwarmPlace(self._engine, DEPLOY), self._controller_run, int(time.time()))

    def _show_life(self, count: int) -> None:
        found = with_id(self._engine.configs({"id": self._config_id}), self._config_id)
        if found is None:
            return
        labels = {**(found["Spec"].get("Labels") or {}), BEAT: str(count), PROGRESS: self._progress}
        self._engine.config_update(self._config_id, version_of(found), {**found["Spec"], "Labels": labels})


@contextmanager
def hold_stack_lock(
    engine: Engine, stack: str, holder: Holder, timeout: float, controller_run: str = ""
) -> Iterator[StackLock]:
    """Hold the stack's lock.

    Args:
        holder: this run, for others that want the lock.
        timeout: seconds to wait for another run.
        controller_run: see `StackLock`.

    Raises:
        StackLockedError: the other run still holds it after that time.
    """
    lock = acquire(engine, stack, holder, timeout, controller_run)
    try:
        yield lock
    finally:
        lock.release()


def deploy_in_progress(locks: Iterable[Json], stack: str) -> Json | None:
    """The run that deploys a stack now, and what it waits for; None if there is none."""
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
    controller_run: str = "",
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> StackLock:
    """Take the lock, waiting for it if necessary; see `hold_stack_lock`."""
    lock = lock_name(stack)
    deadline = clock() + timeout
    seen: tuple[str, int] | None = None
    since = clock()
    from_dead_run = False
    while True:
        try:
            config_id = engine.config_create(config_spec(lock, holder))
            return StackLock(engine, stack, config_id, from_dead_run, controller_run)
        except EngineError as error:
            if not error.conflict:
                raise
        # Before reading: this run may itself be suspended afterwards, and must not count that time as the other's
        # silence.
        now = clock()
        found = _find(engine, lock)
        if found is None:
            continue
        life = (found["ID"], version_of(found))
        if life != seen:
            seen, since = life, now
        elif now - since >= _DEAD_AFTER:
            from_dead_run = _take_away(engine, found)
            continue
        if clock() >= deadline:
            raise StackLockedError(_refusal(stack, holder_of(found), timeout))
        sleep(_PAUSE)


def _find(engine: Engine, lock: str) -> Json | None:
    name = config_name(lock)
    return named(engine.configs({"name": name}), name)


def _take_away(engine: Engine, lock: Json) -> bool:
    """Remove a dead run's lock; False if it was renewed after all, or another run was faster."""
    try:
        # Refused if the lock has changed since it was read.
        engine.config_update(lock["ID"], version_of(lock), lock["Spec"])
        engine.config_remove(lock["ID"])
    except EngineError as error:
        if error.out_of_sequence or error.not_found:
            return False
        raise
    return True


def _refusal(stack: str, holder: Holder, timeout: float) -> str:
    waited = f" Waited {timeout:g} s for it." if timeout else ""
    return (
        f"another deploy of stack {stack} is running: {holder}.{waited} Run this again when it has ended, or set "
        "lock_timeout to wait longer. The lock of a killed run is released automatically "
        f"{_DEAD_AFTER:g} s after its last renewal"
    )
