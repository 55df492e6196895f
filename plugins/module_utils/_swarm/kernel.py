# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""What the host's kernel offers to a swarm."""

from __future__ import annotations

import os
from pathlib import Path


def has_ipvs(root: Path = Path("/")) -> bool:
    """Whether the kernel has IPVS, at work already or as a module that the engine can load.

    Without it virtual addresses of services and ports published through the ingress network carry no traffic.
    """
    if (root / "proc/net/ip_vs").exists():
        return True
    modules = root / "lib/modules" / os.uname().release
    return any(_names_ipvs(modules / listing) for listing in ("modules.dep", "modules.builtin"))


def _names_ipvs(listing: Path) -> bool:
    try:
        return "/ip_vs.ko" in listing.read_text(encoding="utf-8")
    except OSError:
        return False
