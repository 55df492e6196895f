"""Where our reading of generated files differs from a CLI's on purpose, with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import KEYS


@dataclass(frozen=True)
class Difference:
    """A row: when it applies and why.

    Attributes:
        applies: told the key's path, its value, what was found and the CLI's version.
    """

    reason: str
    applies: Callable[[str, Any, str, str], bool]


_IMAGE = re.compile(r"[a-z0-9]+([._/:@-][a-z0-9]+)*")
_NOT_CAST = (".init", ".tmpfs.size", ".limits.pids", ".oom_score_adj", ".value", ".external", ".shm_size")
_WORDS = ("yes", "no", "on", "off", "y", "n")

DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "numbers that no engine can hold are refused; the CLI lets them run over, or sends them",
        lambda path, value, found, version: "too large" in found,
    ),
    Difference(
        "a date without quotes is the text that stands there; CLI 28 adds a time of day, or refuses it",
        lambda path, value, found, version: str(value).startswith("2024-01-01"),
    ),
    Difference(
        "YAML 1.1's words for booleans are texts where texts belong; CLI 26.1 refuses them",
        lambda path, value, found, version: version == "26.1" and str(value).lower() in _WORDS,
    ),
    Difference(
        "CLI 26.1 takes words for booleans under the tag !!bool",
        lambda path, value, found, version: version == "26.1" and str(value).startswith("!!bool"),
    ),
    Difference(
        "the CLI breaks down over it",
        lambda path, value, found, version: "panic:" in found,
    ),
    Difference(
        "an image's name that is none: CLI 28 refuses it as it deploys, CLI 26.1 sends it as it stands",
        lambda path, value, found, version: path == "services.*.image" and not _IMAGE.fullmatch(str(value)),
    ),
    Difference(
        "YAML 1.1's words for booleans are booleans here; which of them are so at the CLI depends on its version",
        lambda path, value, found, version: "flag" in _kind(path) and str(value).strip('"').lower() in _WORDS,
    ),
    Difference(
        "CLI 26.1 knows the format up to 3.12",
        lambda path, value, found, version: version == "26.1" and path in KEYS and KEYS[path].since == 13,
    ),
    Difference(
        "CLI 26.1 ignores the subpath of a volume, CLI 28 sends it",
        lambda path, value, found, version: version == "26.1" and path.endswith(".volume.subpath"),
    ),
    Difference(
        "CLI 26.1 reads sizes by an older rule",
        lambda path, value, found, version: version == "26.1" and _kind(path) == "size" and str(value) in (".5g",),
    ),
    Difference(
        "the CLI prints a number in extra_hosts of a build as a format error (%!s); a build has no effect in a swarm",
        lambda path, value, found, version: path == "services.*.build.extra_hosts" and "%!" in found,
    ),
    Difference(
        "the CLI casts no variable here, so that none can be used; here it is cast like elsewhere",
        lambda path, value, found, version: "${" in str(value) and path.endswith(_NOT_CAST),
    ),
    Difference(
        "the CLI's schema takes a number for shm_size, which it then cannot decode; the key has no effect anyway",
        lambda path, value, found, version: path.endswith(".shm_size") and isinstance(value, (int, float)),
    ),
)


def _kind(path: str) -> str:
    return KEYS[path].kind if path in KEYS else ""


def difference(path: str, value: Any, found: str, version: str) -> str:
    """The reason of the row that applies, or nothing."""
    return next((row.reason for row in DIFFERENCES if row.applies(path, value, found, version)), "")
