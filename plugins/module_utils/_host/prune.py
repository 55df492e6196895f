# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The systemd timer that removes unused containers, images and build cache. Pure."""

from __future__ import annotations

from typing import Any

TIMER = "docker-prune.timer"
SERVICE_PATH = "/etc/systemd/system/docker-prune.service"
TIMER_PATH = f"/etc/systemd/system/{TIMER}"

_HEAD = "# Written by the role dockyard.swarm.docker; changes made here are lost.\n"


def commands(params: dict[str, Any]) -> list[list[str]]:
    """The commands of one pruning.

    Each names what it removes. `docker system prune` would also remove networks, including overlay networks of a swarm
    that no task uses at the moment. Volumes cannot be filtered by age, and the build cache has no labels.
    """
    labels = [f"label={label}" for label in params["labels"]] + [f"label!={label}" for label in params["keep_labels"]]
    age = [f"until={params['older_than']}"] if params["older_than"] else []
    everything = ["--all"] if params["unused_images"] else []
    pruned = [
        ["docker", "container", "prune", "--force", *_options([*age, *labels])],
        ["docker", "image", "prune", "--force", *everything, *_options([*age, *labels])],
        ["docker", "builder", "prune", "--force", *everything, *_options(age)],
    ]
    if params["networks"]:
        pruned.append(["docker", "network", "prune", "--force", *_options([*age, *labels])])
    if params["volumes"]:
        pruned.append(["docker", "volume", "prune", "--force", *_options(labels)])
    return pruned


def render_service(params: dict[str, Any]) -> str:
    """The text of the service; it does nothing when the engine does not run (Requisite=)."""
    lines = "".join(f"ExecStart=/usr/bin/{' '.join(_quoted(word) for word in words)}\n" for words in commands(params))
    return _HEAD + (
        "[Unit]\nDescription=Remove what no container uses\nAfter=docker.service\nRequisite=docker.service\n\n"
        f"[Service]\nType=oneshot\nNice=10\nIOSchedulingClass=idle\n{lines}"
    )


def render_timer(schedule: str) -> str:
    """The text of the timer. Hosts start within half an hour of each other; a run missed while a host was off is
    made up for."""
    return _HEAD + (
        "[Unit]\nDescription=Remove what no container uses, regularly\n\n"
        f"[Timer]\nOnCalendar={schedule}\nRandomizedDelaySec=30m\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def _options(filters: list[str]) -> list[str]:
    return [word for item in filters for word in ("--filter", item)]


def _quoted(word: str) -> str:
    """Quote for systemd (systemd.service(5), "Command lines")."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped != word or any(sign in word for sign in " ;'!=") else word
