# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write a file on the controller for its owner only."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_for_owner(path: Path, content: bytes) -> None:
    """Write all of it or nothing, with mode 0600.

    Raises:
        OSError: it cannot be written; the previous file is kept.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
