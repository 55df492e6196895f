# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""The classes that declare the compose file format (see stack_dialect/format.py).

A kind looks at one value and reports what is wrong with it; it never changes anything. Kinds are
chosen by the type of the value, so a message speaks about the form the author chose.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import Path, Source

_TOO_LARGE = 2**63
_LISTED = 15  # keys named in a message before it becomes a wall


@dataclass
class Report:
    """Collects the problems of one file.

    Attributes:
        minor: n of the file format's version 3.n.
    """

    source: Source
    minor: int
    problems: list[str] = field(default_factory=list)

    def add(self, path: Path, text: str) -> None:
        """Note one problem."""
        self.problems.append(self.source.message(path, text))


class Kind:
    """The kind of a value (base class)."""

    types: tuple[type, ...] = ()
    name = "a value"
    plain: frozenset[type] = frozenset()
    """Exact types of which every value is right, so that most values need no look and no path."""

    def accepts(self, value: Any) -> bool:
        """Whether the value has the right type; `inside` checks its content."""
        return isinstance(value, self.types) and not (isinstance(value, bool) and bool not in self.types)

    def inside(self, value: Any, path: Path, report: Report) -> None:
        """Report faults inside a value of the right type."""

    def check(self, value: Any, path: Path, report: Report) -> None:
        """Report the faults of a value."""
        if self.accepts(value):
            self.inside(value, path, report)
        else:
            report.add(path, f"must be {self.name}, not {shown(value)}{self.advice(value)}")

    def advice(self, value: Any) -> str:  # noqa: ARG002 - for kinds that know more
        """The suggested correction, or nothing."""
        return ""


class Anything(Kind):
    """Extensions: any content, not checked."""

    def accepts(self, value: Any) -> bool:  # noqa: ARG002 - that is the point
        """Accepts all values."""
        return True


class Text(Kind):
    """A string, with an optional form."""

    types = (str,)
    name = "a string"

    def __init__(self, form: Callable[[str], object] | None = None, choices: tuple[str, ...] = ()) -> None:
        self._form = form
        self._choices = choices
        self.plain = frozenset() if form or choices else frozenset((str,))

    def inside(self, value: Any, path: Path, report: Report) -> None:
        """Check the form, or the choices."""
        if self._choices and value not in self._choices:
            near = difflib.get_close_matches(value, self._choices, 1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            report.add(path, f'must be one of {", ".join(self._choices)}, not "{value}"{hint}')
        if self._form is not None:
            try:
                self._form(value)
            except ValueError as error:
                report.add(path, str(error))

    def advice(self, value: Any) -> str:
        """Suggest quotes for scalars."""
        if not isinstance(value, (bool, int, float)):
            return ""
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if self._fits(text):
            return f'; put it in quotes: "{text}"'
        return f"; write {text}s" if self._fits(f"{text}s") else ""

    def _fits(self, text: str) -> bool:
        """Whether the text would be accepted."""
        if self._choices and text not in self._choices:
            return False
        try:
            if self._form is not None:
                self._form(text)
        except ValueError:
            return False
        return True


class Number(Kind):
    """An integer or a float."""

    types = (int, float)
    name = "a number"
    plain = frozenset((int, float))

    def advice(self, value: Any) -> str:
        """Suggest a quoted number without its quotes."""
        return "; remove the quotes" if isinstance(value, str) and re.fullmatch(r"[-+]?[0-9.]+", value) else ""


class Integer(Number):
    """A whole number; `2.0` too, unless strict."""

    name = "an integer"
    plain = frozenset()

    def __init__(self, minimum: int | None = None, strict: bool = False) -> None:
        self._minimum = minimum
        self._strict = strict

    def accepts(self, value: Any) -> bool:
        """Whole numbers."""
        return super().accepts(value) and value == int(value) and not (self._strict and isinstance(value, float))

    def inside(self, value: Any, path: Path, report: Report) -> None:
        """Check the minimum, and the largest number that the engine can hold."""
        if abs(value) >= _TOO_LARGE:
            report.add(path, f"{value} is too large")
        if self._minimum is not None and value < self._minimum:
            report.add(path, f"must be {self._minimum} or more, not {value}")


class Flag(Kind):
    """true or false, or another YAML 1.1 word for them."""

    types = (bool,)
    name = "true or false"
    plain = frozenset((bool,))
    words = {"y": True, "yes": True, "on": True, "n": False, "no": False, "off": False}

    def accepts(self, value: Any) -> bool:
        """Booleans and their old names."""
        return isinstance(value, bool) or (isinstance(value, str) and value.lower() in self.words)

    def advice(self, value: Any) -> str:
        """Suggest a quoted boolean without its quotes."""
        return "; remove the quotes" if value in ("true", "false") else ""


class Null(Kind):
    """Null."""

    types = (type(None),)
    name = "empty"
    plain = frozenset((type(None),))


class ListOf(Kind):
    """A list of one kind."""

    types = (list,)

    def __init__(self, item: Kind, unique: bool = False) -> None:
        self._item = item
        self._unique = unique
        self.name = "a list"

    def inside(self, value: Any, path: Path, report: Report) -> None:
        """Check each item."""
        plain = self._item.plain
        for index, item in enumerate(value):
            if type(item) not in plain:
                self._item.check(item, (*path, index), report)
        if self._unique and len(value) > 1:
            seen: dict[str, int] = {}
            for index, item in enumerate(value):
                first = seen.setdefault(json.dumps(item, sort_keys=True, default=str), index)
                if first != index:
                    report.add((*path, index), f"repeats item {first} of the list; remove one of them")

    def advice(self, value: Any) -> str:
        """Suggest a list of one for a scalar."""
        return f"; write [{json.dumps(value)}]" if isinstance(value, (str, int)) else ""


class MapOf(Kind):
    """A mapping with free keys."""

    types = (dict,)
    name = "a mapping"

    def __init__(self, value: Kind, keys: str = ".+", what: str = "name") -> None:
        self._value = value
        self._keys = re.compile(keys, re.DOTALL)
        self._what = what

    def inside(self, value: Any, path: Path, report: Report) -> None:
        """Check each name and value."""
        for key, item in value.items():
            if not self._keys.fullmatch(key):
                allowed = "letters, digits, dots, underscores and dashes"
                text = f"cannot be empty; use {allowed}" if not key else f'"{key}" may only have {allowed}'
                report.add((*path, key), f"a {self._what} {text}")
            elif type(item) not in self._value.plain:
                self._value.check(item, (*path, key), report)


TODAY = 99
"""The `minor` of the Compose Specification, which has all keys of the last 3.x version and more."""


@dataclass(frozen=True)
class Since:
    """A key that came with version 3.`minor`, or that the Compose Specification alone has (TODAY)."""

    minor: int
    kind: Kind


class Keys(Kind):
    """A mapping with declared keys.

    Args:
        keys: kind of each key's value, in `Since` where the first version lacked it.
        required: keys that must be there.
        extensions: n of the version 3.n from which `x-` keys are allowed; None for never.
        closed_until: n of the first version that ignores unknown keys; None when all refuse them.
        advice: what to say of keys people try that are not in the format.
    """

    types = (dict,)
    name = "a mapping"

    def __init__(
        self,
        keys: Mapping[str, Kind | Since],
        *,
        required: tuple[str, ...] = (),
        extensions: int | None = None,
        closed_until: int | None = None,
        advice: Mapping[str, str] | None = None,
    ) -> None:
        self.keys = {key: kind if isinstance(kind, Since) else Since(0, kind) for key, kind in keys.items()}
        self._required = required
        self._extensions = extensions
        self._closed_until = closed_until
        self._advice = advice or {}

    def inside(self, value: Any, path: Path, report: Report) -> None:
        """Check each key, and that no required key is missing."""
        for key, item in value.items():
            declared = self.keys.get(key)
            if declared is None:
                self._undeclared(key, path, report)
            elif declared.minor == TODAY > report.minor:
                report.add(
                    (*path, key), "unknown key; it is not part of the 3.x format, but the dialect compose has it"
                )
            elif declared.minor > report.minor:
                needs = f"needs compose file version 3.{declared.minor} or newer; this one is 3.{report.minor}"
                report.add((*path, key), f"{needs}: raise `version`, or remove that line to use the newest")
            elif type(item) not in declared.kind.plain:
                declared.kind.check(item, (*path, key), report)
        for key in self._required:
            if key not in value:
                report.add(path, f'the key "{key}" is missing')

    def _undeclared(self, key: str, path: Path, report: Report) -> None:
        # The Compose Specification refuses unknown keys everywhere.
        if self._closed_until is not None and TODAY != report.minor >= self._closed_until:
            return
        if key.startswith("x-") and report.minor == TODAY:
            return
        if key.startswith("x-") and self._extensions is not None:
            if report.minor < self._extensions:
                report.add((*path, key), f"extensions need compose file version 3.{self._extensions} or newer here")
            return
        report.add((*path, key), f"unknown key{self._suggestion(key)}")

    def _suggestion(self, key: str) -> str:
        if key in self._advice:
            return f"; {self._advice[key]}"
        near = difflib.get_close_matches(key.lower().replace("-", "_"), self._in_all_dialects(), 1, cutoff=0.6)
        if near:
            return f'; did you mean "{near[0]}"?'
        known = sorted(self._in_all_dialects())
        more = ", ..." if len(known) > _LISTED else ""
        return f"; known here: {', '.join(known[:_LISTED])}{more}" if known else ""

    def _in_all_dialects(self) -> list[str]:
        return [key for key, declared in self.keys.items() if declared.minor != TODAY]


class Either(Kind):
    """One of several forms, chosen by the type of the value."""

    def __init__(self, *kinds: Kind) -> None:
        self._kinds = kinds
        self.plain = frozenset[type]().union(*(kind.plain for kind in kinds))
        names = [kind.name for kind in kinds]
        self.name = " or ".join([", ".join(names[:-1]), names[-1]])

    def accepts(self, value: Any) -> bool:
        """Any of the forms."""
        return any(kind.accepts(value) for kind in self._kinds)

    def check(self, value: Any, path: Path, report: Report) -> None:
        """Report by the form that fits the type of the value."""
        for kind in self._kinds:
            if kind.accepts(value):
                kind.inside(value, path, report)
                return
        super().check(value, path, report)

    def advice(self, value: Any) -> str:
        """The suggestion of the first form that has one."""
        return next((text for text in (kind.advice(value) for kind in self._kinds) if text), "")


def shown(value: Any) -> str:
    """A value as messages show it."""
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'the string "{value}"' if len(value) <= 60 else f'the string "{value[:57]}..."'
    return f"the number {value}"
