# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Variable substitution as in docker compose: expressions in braces may be nested, and `+` gives a replacement
value.

A `$` that begins no variable stays as it is; `${` that begins none is a fault.
Source: https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md, and what docker compose 2.40 prints.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_OPERATOR = re.compile(r":?[-?+]")
_MAX_DEPTH = 20


class MissingVariableError(ValueError):
    """A required variable is missing; the message contains no value of any other variable."""


def expand(text: str, environment: Mapping[str, str], depth: int = 0) -> str:
    """Substitute the variables in a text.

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
        position = dollar + 1
        if text.startswith("$$", dollar):
            result.append("$")
            position = dollar + 2
        elif text.startswith("${", dollar):
            value, position = _braced(text, dollar, environment, depth)
            result.append(value)
        elif name:
            result.append(environment.get(name[0], ""))
            position = name.end()
        else:
            result.append("$")
    return "".join(result) + text[position:]


def _braced(text: str, dollar: int, environment: Mapping[str, str], depth: int) -> tuple[str, int]:
    """The value of the expression that begins at a `$`, and the index at which the text continues."""
    name = _NAME.match(text, dollar + 2)
    if name is None:
        raise ValueError(f"`{text}` has a ${{ that is no variable; write $$ for a plain $")
    if text.startswith("}", name.end()):
        return environment.get(name[0], ""), name.end() + 1
    operator = _OPERATOR.match(text, name.end())
    end = _closing_brace(text, dollar + 1) if operator else -1
    if operator is None or end < operator.end():
        fault = "is no variable" if operator is None and "}" in text[dollar:] else "is not closed on its line"
        raise ValueError(f"`{text}` has a ${{ that {fault}; write $$ for a plain $")
    argument = expand(text[operator.end() : end], environment, depth + 1)
    return _evaluate(name[0], operator[0], argument, environment), end + 1


def _closing_brace(text: str, opening: int) -> int:
    """The index of the closing brace of an expression: the balanced one, or else the last closing brace of the line.

    Like docker compose, it passes over the character after each opening brace. Only `{}` and `{{` show it.
    """
    newline = text.find("\n", opening)
    line_end = newline if newline >= 0 else len(text)
    depth = 0
    index = opening
    while index < line_end:
        if text[index] == "}":
            depth -= 1
            if depth == 0:
                return index
        elif text[index] == "{":
            depth += 1
            index += 1
        index += 1
    return text.rfind("}", opening, line_end)


def _evaluate(name: str, operator: str, argument: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name)
    present = value is not None and (value != "" or not operator.startswith(":"))
    if operator.endswith("+"):
        return argument if present else ""
    if value is not None and present:
        return value
    if operator.endswith("-"):
        return argument
    hint = f": {argument}" if argument else ""
    raise MissingVariableError(f"the required variable {name} {'is not set' if value is None else 'is empty'}{hint}")
