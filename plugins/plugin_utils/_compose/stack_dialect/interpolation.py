# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Variables in values: `$NAME`, `${NAME}`, defaults and requirements, as the docker CLI substitutes them.

A value in which something was substituted is afterwards cast by its path, so that
`replicas: ${N}` is a number. Keys are never touched, nor is anything that is not a string.
Source: docker/cli cli/compose/template and cli/compose/interpolation (behaviour, run against it).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import KEYS
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source

_NAME = r"[_a-z][_a-z0-9]*(?::?[-?][^}]*)?"
_VARIABLE = re.compile(
    rf"\$(?:(?P<escaped>\$)|(?P<named>{_NAME})|{{(?P<braced>{_NAME})}}|(?P<invalid>))", re.IGNORECASE
)

_TRUE = ("y", "yes", "true", "on")
_FALSE = ("n", "no", "false", "off")


def interpolate(
    data: dict[str, Any],
    environment: Mapping[str, str],
    source: Source,
    warnings: list[str],
) -> Any:
    """Substitute in all values of a document. The input is not changed.

    Raises:
        ComposeError: every place with an invalid template, a missing required variable
            or a substituted value that does not fit its key.
    """
    walk = _Walk(environment, source, warnings)
    result = {key: walk.value(value, (key,)) for key, value in data.items()}
    if walk.problems:
        raise ComposeError(walk.problems)
    return result


class _Walk:
    def __init__(self, environment: Mapping[str, str], source: Source, warnings: list[str]) -> None:
        self._environment = environment
        self._source = source
        self._warnings = warnings
        self.problems: list[str] = []

    def value(self, value: Any, path: Path) -> Any:
        if isinstance(value, str):
            return self._text(value, path) if "$" in value else value
        if isinstance(value, dict):
            # Paths are made only where they can be needed: most values are texts without variables.
            return {key: self.value(item, (*path, key)) if _has_more(item) else item for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, (*path, index)) if _has_more(item) else item for index, item in enumerate(value)]
        return value

    def _text(self, text: str, path: Path) -> Any:
        try:
            result = self._substitute(text, path)
            return _cast(result, path) if result != text else text
        except ValueError as error:
            self.problems.append(self._source.message(path, str(error)))
            return text

    def _substitute(self, text: str, path: Path) -> str:
        stray = [match.start() for match in _VARIABLE.finditer(text) if match["invalid"] is not None]
        last = max((match.start() for match in _VARIABLE.finditer(text) if match["escaped"] is None), default=-1)
        if stray and stray[-1] == last:
            raise ValueError(f"`{text}` has a $ that begins no variable name; write $$ for a plain $")
        if stray:  # the CLI forgets the fault when a variable follows; it drops the $ and goes on
            self._warnings.append(
                self._source.message(path, f"a $ that begins no variable name is dropped from `{text}`; write $$")
            )
        return _VARIABLE.sub(self._replacement, text)

    def _replacement(self, match: re.Match[str]) -> str:
        if match["escaped"] is not None:
            return "$"
        expression = match["named"] or match["braced"]
        return self._evaluate(expression) if expression else ""

    def _evaluate(self, expression: str) -> str:
        for operator in (":-", "-", ":?", "?"):
            if operator in expression:
                name, argument = expression.split(operator, 1)
                return self._with_operator(name, operator, argument)
        return self._environment.get(expression, "")

    def _with_operator(self, name: str, operator: str, argument: str) -> str:
        value = self._environment.get(name)
        present = value is not None and (value != "" or not operator.startswith(":"))
        if present:
            return str(value)
        if operator.endswith("-"):
            return argument
        hint = f": {argument}" if argument else ""
        raise ValueError(f"the required variable {name} {'is not set' if value is None else 'is empty'}{hint}")


def _has_more(value: Any) -> bool:
    return "$" in value if isinstance(value, str) else isinstance(value, (dict, list))


def _integer(text: str) -> int:
    if not re.fullmatch(r"[-+]?[0-9]+", text):
        raise ValueError(f"`{text}`, after substitution, is not an integer")
    return int(text)


def _number(text: str) -> float:
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text, re.ASCII) or math.isinf(float(text)):
        raise ValueError(f"`{text}`, after substitution, is not a number")
    return float(text)


def _boolean(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(f"`{text}`, after substitution, is not a boolean; use true or false")


# By kind of a key, what a text becomes in which something was substituted. The CLI forgets some keys, so that a
# variable can never be used there; they are cast here.
_OF_KIND: dict[str, Callable[[str], Any]] = {
    "count": _integer,
    "flag": _boolean,
    "integer": _integer,
    "natural": _integer,
    "number": _number,
    "ratio": _number,
    "size_number": _integer,
    "whole": _integer,
}


_CAST = object()  # no key of a file is this


def _tree() -> dict[Any, Any]:
    """The paths of the keys whose text is converted to another type as nested mappings, the conversion at the end of
    each."""
    tree: dict[Any, Any] = {}
    for path, key in KEYS.items():
        # Where a text may stand, it stays one, except where it would have no other meaning.
        kinds = key.kind.split("|")
        cast = None if "text" in kinds else next((_OF_KIND[kind] for kind in kinds if kind in _OF_KIND), None)
        if cast:
            branch = tree
            for part in path.replace("[]", "*").split("."):
                branch = branch.setdefault(part, {})
            branch[_CAST] = cast
    return tree


_TREE = _tree()


def _cast(text: str, path: Path) -> Any:
    branch = _TREE
    for part in path:
        found = branch.get("*" if isinstance(part, int) else part) or branch.get("*")
        if found is None:
            return text
        branch = found
    return branch[_CAST](text) if _CAST in branch else text
