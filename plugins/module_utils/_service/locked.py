# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""A service of a stack is changed under its stack's lock, so that no deploy of the stack is under way meanwhile."""

from __future__ import annotations

import getpass
import os
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._service.decide import Change
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.guarded_engine import Journal, guarded
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.takeover import outdate_pending_updates
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.stack_lock import hold_stack_lock
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import Holder


@contextmanager
def under_stack_lock(engine: Engine, stack: str, change: Change, timeout: float) -> Iterator[Engine]:
    """An engine that changes the service as long as this run holds the lock.

    Args:
        stack: the stack's name; empty for a service of none, which has no lock.
        timeout: seconds to wait for a deploy that is under way.

    Raises:
        StackLockedError: it is still under way then.
        LostLockError: somebody else took this run for dead meanwhile; it has changed nothing since.
    """
    if not stack:
        yield engine
        return
    now = int(time.time())
    user = os.environ.get("SUDO_USER") or getpass.getuser()
    holder = Holder(uuid.uuid4().hex, user, socket.gethostname(), f"a change of service {change.name}", now, now)
    with hold_stack_lock(engine, stack, holder, timeout) as lock:
        changing = guarded(engine, lock.verify, Journal())
        if lock.from_dead_run:
            outdate_pending_updates(changing, [changing.service(change.service_id)])
        yield changing
