# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Whether the kernel has a module: loaded, built in, or loadable. The only place that decides this."""

from __future__ import annotations

import os
import re
from pathlib import Path

_ROOT = Path("/")


def has_module(name: str, root: Path = _ROOT) -> bool:
    """Whether the kernel has a module: loaded, built in, or loadable.

    modprobe uses the same lists (kmod's modules.dep(5)); dashes and underscores in names are equivalent.
    """
    if (root / "sys/module" / name).exists():
        return True
    modules = root / "lib/modules" / os.uname().release
    return any(_lists(modules / listing, name) for listing in ("modules.dep", "modules.builtin"))


def has_ipvs(root: Path = _ROOT) -> bool:
    """Whether the kernel has IPVS, which carries the traffic of service VIPs and the ingress routing mesh."""
    return (root / "proc/net/ip_vs").exists() or has_module("ip_vs", root)


def _lists(listing: Path, name: str) -> bool:
    try:
        text = listing.read_text(encoding="utf-8")
    except OSError:
        return False
    spelling = re.sub(r"[-_]", "[-_]", re.escape(name).replace(r"\-", "-"))
    return re.search(rf"^(?:[^:\n]*/)?{spelling}\.ko", text, re.MULTILINE) is not None
