# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Keys in other letter case, such as `Mode` or `UID`, in mappings that the format does not restrict.

The docker CLI decodes into structures and finds a key there whatever the case of its letters. Where the format is
closed, its schema refuses other letters before that; where it is open, they count. What matches no key has no effect.
Source: docker/cli cli/compose/loader with go-viper/mapstructure (behaviour, run against it).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.keys import is_ineffective
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.format import OPEN
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.kinds import known_below

Json = dict[str, Any]

# The CLI's own names of the fields: written so, a key wins over the same one in other letters.
_FILE = {"source": "Source", "target": "Target", "uid": "UID", "gid": "GID", "mode": "Mode"}
_FIELDS = {
    "services.*.configs.[]": _FILE,
    "services.*.secrets.[]": _FILE,
    "services.*.volumes.[].bind": {"propagation": "Propagation"},
    "services.*.volumes.[].tmpfs": {"size": "Size"},
    "services.*.build": {
        "context": "Context",
        "dockerfile": "Dockerfile",
        "args": "Args",
        "labels": "Labels",
        "network": "Network",
        "target": "Target",
    },
}
# Here the CLI looks for the one key `name` by itself.
_EXACT = ("secrets.*.external", "configs.*.external", "volumes.*.x-cluster-spec")


class OpenMappings:
    """Converts the keys of a file's unrestricted mappings to the letter case of the format.

    Args:
        note: is told of each key that has no effect, with its path and a sentence.
    """

    def __init__(self, source: Source, minor: int, note: Callable[[Path, str], None]) -> None:
        self._source = source
        self._note = note
        self._problems: list[str] = []
        self._open = {
            tuple(path.split(".")): path for path, since in OPEN.items() if minor >= since and path not in _EXACT
        }

    def settle(self, data: Json) -> Json:
        """The file with its keys in the letter case of the format.

        Raises:
            ComposeError: one key in several letters, of which the CLI takes any.
        """
        for pattern, path in self._open.items():
            self._walk(data, pattern, path, ())
        if self._problems:
            raise ComposeError(self._problems)
        return data

    def _walk(self, value: Any, pattern: tuple[str, ...], path: str, place: Path) -> None:
        """Change the values that match a pattern, in place: the data is the interpolated copy."""
        if not pattern:
            if isinstance(value, dict):
                self._settle(value, path, place)
        elif pattern[0] == "[]":
            for index, item in enumerate(value) if isinstance(value, list) else ():
                self._walk(item, pattern[1:], path, (*place, index))
        elif isinstance(value, dict):
            for key in list(value) if pattern[0] == "*" else [key for key in (pattern[0],) if key in value]:
                self._walk(value[key], pattern[1:], path, (*place, key))

    def _settle(self, mapping: Json, path: str, place: Path) -> None:
        known = known_below(path)
        fields = _FIELDS.get(path, {})
        written: dict[str, list[str]] = {}
        for key in mapping:
            name = key.lower() if key.lower() in known else None
            if name is not None:
                written.setdefault(name, []).append(key)
            elif not is_ineffective(f"{path}.{key}"):
                self._note((*place, key), "has no effect: no key of the format has this name")
        for name, keys in written.items():
            if keys == [name]:
                continue
            field = fields.get(name, name)
            if len(keys) > 1 and field not in keys:
                self._problems.append(
                    self._source.message((*place, keys[-1]), f"{' and '.join(keys)} are one key; keep one of them")
                )
                continue
            value = mapping[field if field in keys else keys[0]]
            for key in keys:
                del mapping[key]
            if value is not None:
                mapping[name] = value
