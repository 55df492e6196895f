# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Where a lock is stored: in the swarm or, before there is a swarm, on a host."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.objects import named, version_of
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.lock.rule import (
    STRANGER,
    Holder,
    config_labels,
    config_name,
    config_spec,
    holder_of,
)

Json = dict[str, Any]

#: Lost when the host restarts, as is any work that a controller was doing there.
_DIRECTORY = Path("/run/dockyard.swarm")


class SwarmPlace:
    """Stores the lock as a swarm config with an agreed name: managers ensure that config names are unique.

    Args:
        engine: of a manager whose cluster has a quorum.
        lock: the name of the lock.
    """

    def __init__(self, engine: Engine, lock: str) -> None:
        self._engine = engine
        self._lock = lock

    def holder(self) -> Holder | None:
        """The current holder of the lock."""
        config = self._config()
        return holder_of(config) if config is not None else None

    def replace(self, found: Holder | None, wanted: Holder | None) -> bool:
        """See `lock.Place`."""
        config = self._config()
        if (holder_of(config) if config is not None else None) != found:
            return False
        try:
            if config is not None and wanted is not None and holder_of(config).run == wanted.run:
                # Renewed by an update of the config's labels (the only part that can change), so that the lock is never
                # free in between.
                spec = {**config["Spec"], "Labels": config_labels(self._lock, wanted)}
                self._engine.config_update(config["ID"], version_of(config), spec)
                return True
            if config is not None:
                self._engine.config_remove(config["ID"])
            if wanted is not None:
                self._engine.config_create(config_spec(self._lock, wanted))
        except EngineError as error:
            if error.conflict or error.not_found or error.out_of_sequence:
                return False
            raise
        return True

    def _config(self) -> Json | None:
        name = config_name(self._lock)
        return named(self._engine.configs({"name": name}), name)


class HostPlace:
    """Stores the lock as a file on the host that the module runs on.

    Args:
        lock: the name of the lock.
        directory: the directory of the file.
    """

    def __init__(self, lock: str, directory: Path = _DIRECTORY) -> None:
        self._path = directory / f"{lock}.lock"

    def holder(self) -> Holder | None:
        """The current holder of the lock."""
        try:
            with self._locked(os.O_RDONLY, fcntl.LOCK_SH) as file:
                return _read(file)
        except FileNotFoundError:
            return None

    def replace(self, found: Holder | None, wanted: Holder | None) -> bool:
        """See `lock.Place`."""
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        with self._locked(os.O_RDWR | os.O_CREAT, fcntl.LOCK_EX) as file:
            if _read(file) != found:
                return False
            os.ftruncate(file, 0)
            if wanted is not None:
                os.pwrite(file, json.dumps(asdict(wanted)).encode(), 0)
        return True

    @contextmanager
    def _locked(self, flags: int, operation: int) -> Iterator[int]:
        file = os.open(self._path, flags, 0o600)
        try:
            fcntl.flock(file, operation)
            yield file
        finally:
            os.close(file)


def _read(file: int) -> Holder | None:
    content = os.pread(file, os.fstat(file).st_size, 0)
    if not content:
        return None
    try:
        return Holder(**json.loads(content))
    except (TypeError, ValueError):
        return STRANGER
