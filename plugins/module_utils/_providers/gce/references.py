# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Evaluate expressions that are plain references, such as `labels` or `networkInterfaces[0].networkIP`, without Jinja.

Most entries of keyed_groups and compose are of this kind. A direct lookup takes a thousandth of the time of a template
and gives the same value; expressions for which this is not certain are left to Jinja.
"""

from __future__ import annotations

import functools
import re
from typing import Any

_REFERENCE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\d+\]|\['[^'\\]*'\]|\[\"[^\"\\]*\"\])*")
_PART = re.compile(r"[A-Za-z_]\w*|\[\d+\]|\['[^']*'\]|\[\"[^\"]*\"\]")

# In Jinja, `a.items` is the method, not the key.
_METHODS = frozenset(dir(dict)) | frozenset(dir(list)) | frozenset(dir(str))
_WORDS_OF_JINJA = frozenset(
    {"true", "false", "none", "True", "False", "None", "not", "and", "or", "in", "is", "if", "else", "omit", "range"}
)

_Path = tuple["str | int", ...]


class NotPlainError(Exception):
    """The expression must be evaluated by Jinja."""


def look_up(expression: Any, variables: dict[str, Any]) -> Any:
    """The value of a plain reference.

    Raises:
        NotPlainError: the expression is not a plain reference, or its value does not exist (Jinja then words the
            error).
    """
    value: Any = variables
    path = _path(str(expression))
    try:
        for part in path:
            value = value[part]
    except (KeyError, IndexError, TypeError):
        raise NotPlainError from None
    if isinstance(value, str) and ("{{" in value or "{%" in value):
        raise NotPlainError
    return value


@functools.lru_cache(maxsize=256)
def _parsed(expression: str) -> _Path | None:
    text = expression.strip()
    if not _REFERENCE.fullmatch(text):
        return None
    path: list[str | int] = []
    for part in _PART.findall(text):
        if part.startswith(("['", '["')):
            path.append(part[2:-2])
        elif part.startswith("["):
            path.append(int(part[1:-1]))
        else:
            if part in _METHODS or (not path and part in _WORDS_OF_JINJA):
                return None
            path.append(part)
    return tuple(path)


def _path(expression: str) -> _Path:
    path = _parsed(expression)
    if path is None:
        raise NotPlainError
    return path
