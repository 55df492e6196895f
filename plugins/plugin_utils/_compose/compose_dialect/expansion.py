# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Variables as the Compose Specification has them today: expressions in braces may nest, `+` replaces.

Source: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_OPERATOR = re.compile(r":?[-?+]")
_MAX_DEPTH = 20


class MissingVariableError(ValueError):
    """A required variable is missing; the message holds no value of any other."""


def expand(text: str, environment: Mapping[str, str], depth: int = 0) -> str:
    """Substitute in a text.

    Raises:
        ValueError: an expression that is none, or a required variable that is missing.
    """
    if depth > _MAX_DEPTH:
        raise ValueError(f"`{text}` nests variables more than {_MAX_DEPTH} deep")
    result = []
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        result.append(text[position:dollar])
        name = _NAME.match(text, dollar + 1)
        if text.startswith("$$", dollar):
            result.append("$")
            position = dollar + 2
        elif text.startswith("${", dollar):
            end = _closing_brace(text, dollar + 2)
            result.append(_evaluate(text[dollar + 2 : end], environment, depth))
            position = end + 1
        elif name:
            result.append(environment.get(name[0], ""))
            position = name.end()
        else:
            raise ValueError(f"`{text}` has a $ that begins no variable name; write $$ for a plain $")
    return "".join(result) + text[position:]


def _closing_brace(text: str, start: int) -> int:
    depth = 1
    index = start
    while index < len(text):
        if text.startswith("${", index):
            depth += 1
            index += 1
        elif text[index] == "}":
            depth -= 1
            if not depth:
                return index
        index += 1
    raise ValueError(f"`{text}` has a ${{ that is not closed; write $$ for a plain $")


def _evaluate(expression: str, environment: Mapping[str, str], depth: int) -> str:
    name = _NAME.match(expression)
    operator = _OPERATOR.match(expression, name.end()) if name else None
    if name is None or (operator is None and name.end() < len(expression)):
        raise ValueError(f"`${{{expression}}}` is no variable; write $$ for a plain $")
    value = environment.get(name[0])
    if operator is None:
        return value or ""
    argument = expression[operator.end() :]
    present = value is not None and (value != "" or not operator[0].startswith(":"))
    if operator[0].endswith("+"):
        return expand(argument, environment, depth + 1) if present else ""
    if present:
        return str(value)
    if operator[0].endswith("-"):
        return expand(argument, environment, depth + 1)
    hint = f": {expand(argument, environment, depth + 1)}" if argument else ""
    raise MissingVariableError(f"the required variable {name[0]} {'is not set' if value is None else 'is empty'}{hint}")
