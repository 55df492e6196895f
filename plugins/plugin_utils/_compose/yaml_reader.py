# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""YAML reader with the behaviour of go-yaml v3, which the docker CLI uses.

PyYAML's parser is the same libyaml that go-yaml was translated from; what differs is how plain
scalars become values, how merge keys act and which keys are refused. That part is here.
Where go-yaml v2 (CLIs up to 27) and v3 differ, words such as `yes` are strings (v3) and timestamps
stay as written (v2), so that a value is what its author typed.
Source: https://pkg.go.dev/gopkg.in/yaml.v3 and https://yaml.org/type/
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source, describe
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.tree import Items, Map, copied

MAX_DEPTH = 100
# After aliases are followed: guards against alias bombs, of many values or of few long ones.
MAX_NODES = 250_000
MAX_CHARACTERS = 32_000_000

_PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_TAG = "tag:yaml.org,2002:"
_MERGE = object()  # the key `<<`, which in quotes is a key like any other
RESET = "!reset"
OVERRIDE = "!override"

_WORDS: dict[str, Any] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INTEGERS = (
    (re.compile(r"([-+]?)0[bB]([01]+)"), 2),
    (re.compile(r"([-+]?)0[xX]([0-9a-fA-F]+)"), 16),
    (re.compile(r"([-+]?)0[oO]?([0-7]+)"), 8),
    (re.compile(r"([-+]?)(0|[1-9][0-9]*)"), 10),
)


@dataclass
class Document:
    """One YAML document of string keys.

    Attributes:
        data: the values, in a tree that knows where each was written.
        source: line numbers, for messages.
        tags: application tags such as `!reset`, by path.
        more: whether further documents follow, which `read` leaves alone.
    """

    data: Map
    source: Source
    tags: dict[Path, str] = field(default_factory=dict)
    more: bool = False


@dataclass
class _Anchored:
    """The target of an alias: its value, the tags in it by their relative path, and its size."""

    value: Any
    tags: dict[Path, str]
    nodes: int
    characters: int


def read(text: str | bytes, file: str) -> Document:
    """Read the first document of a file.

    Raises:
        ComposeError: text that is not YAML, a root that is not a mapping, keys that are not strings
            or stand twice, aliases without bounds.
    """
    documents = _documents(text, file)
    document = next(documents, None)
    if document is None:
        raise _no_mapping(file)
    try:
        document.more = next(documents, None) is not None
    except ComposeError:
        document.more = True
    return document


def read_all(text: str | bytes, file: str) -> list[Document]:
    """Read all documents of a file as docker compose does; there may be none. Raises as `read` does.

    A key that `!reset` takes away may come back from a merge key `<<`: it then clears what other files say, and has
    the merged value, which is what `!override` means.
    """
    return list(_documents(text, file, resets=True))


def _documents(text: str | bytes, file: str, resets: bool = False) -> Iterator[Document]:
    try:
        next_event = _PARSER(text).get_event
        while (event := next_event()) is not None:
            if isinstance(event, yaml.DocumentStartEvent):
                yield _Reader(next_event, file, resets).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{file}:{mark.line + 1}" if mark else file
        raise ComposeError(f"{place}: not valid YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise ComposeError(f"{file}: not valid YAML: {error}") from error


def _no_mapping(file: str) -> ComposeError:
    return ComposeError(f"{file}: the top level must be a mapping with keys such as services and networks")


class _Reader:
    """Builds the tree of one document from parser events."""

    def __init__(self, next_event: Callable[[], Any], file: str, resets: bool) -> None:
        self._next = next_event
        self._file = file
        self._resets = resets
        self._anchors: dict[str, _Anchored | None] = {}
        self._tags: dict[Path, str] = {}
        self._path: list[str | int] = []
        self._nodes = 0
        self._characters = 0

    def document(self) -> Document:
        data = self._value(self._next(), 0)
        if not isinstance(data, Map):
            raise _no_mapping(self._file)
        return Document(data, Source(self._file, data), self._tags)

    def _error(self, line: int, text: str) -> ComposeError:
        return ComposeError(f"{self._file}:{line}: {text}")

    def _value(self, event: Any, depth: int) -> Any:
        """Build the value that starts with an event, up to its end, at this path."""
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self._aliased(event)
        if event.anchor:
            self._anchors[event.anchor] = None
            tags, nodes = len(self._tags), self._nodes
            value = self._plain(event, kind, depth)
            self._anchors[event.anchor] = self._anchored(value, tags, nodes)
            return value
        return self._plain(event, kind, depth)

    def _plain(self, event: Any, kind: type, depth: int) -> Any:
        tag = event.tag
        if tag and tag != "!" and not tag.startswith(_TAG):
            self._tags[tuple(self._path)] = tag
        if kind is yaml.ScalarEvent:
            return self._scalar(event)
        if depth > MAX_DEPTH:
            raise self._error(event.start_mark.line + 1, f"nested more than {MAX_DEPTH} levels deep")
        return self._list(depth) if kind is yaml.SequenceStartEvent else self._mapping(depth)

    def _list(self, depth: int) -> Items:
        result = Items()
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            place = (self._file, event.start_mark.line + 1)
            self._path.append(len(result))
            result.put(self._value(event, depth + 1), place)
            self._path.pop()
        self._count(len(result), 0)
        return result

    def _mapping(self, depth: int) -> Map:
        result = Map()
        places, path = result.places, self._path
        merges: list[tuple[Map, dict[Path, str]]] = []
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            key = self._key(event, depth, line)
            if key is _MERGE:
                merges += self._merged(depth, line)
                continue
            if key in result:
                text = f'the key "{key}" stands twice, first in line {places[key][1]}; keep one of them'
                raise self._error(line, text)
            path.append(key)
            result[key] = self._value(self._next(), depth + 1)
            path.pop()
            places[key] = (self._file, line)
        self._count(len(result), 0)
        for merged, tags in merges:
            for key, value, place in merged.entries():
                reset = self._resets and self._tags.get((*path, key)) == RESET
                if reset or key not in result:
                    result.put(key, value, place)
                    self._tags.update({(*path, *rest): tag for rest, tag in tags.items() if rest[0] == key})
                if reset:
                    self._tags[(*path, key)] = OVERRIDE
        return result

    def _key(self, event: Any, depth: int, line: int) -> Any:
        """A mapping's key: a text, or _MERGE."""
        if isinstance(event, yaml.ScalarEvent) and not event.anchor and not event.tag:
            text = event.value
            if not event.implicit[0]:
                return text
            if text == "<<":
                return _MERGE
            key = plain_value(text)
        elif isinstance(event, yaml.ScalarEvent) and event.tag == f"{_TAG}merge" and event.value == "<<":
            return _MERGE
        else:
            key = self._value(event, depth + 1)
        if isinstance(key, str):
            return key
        seen = "a list or mapping is" if isinstance(key, (Map, Items)) else f"{key!r} is"
        where = "".join(f"{part}: " for part in describe((*self._path, "?")))
        raise self._error(line, f"{where}{seen} not a string and cannot be a key; put it in quotes")

    def _merged(self, depth: int, line: int) -> list[tuple[Map, dict[Path, str]]]:
        """The mappings behind a merge key, and the tags in each by their path from it."""
        before, length = len(self._tags), len(self._path) + 1
        self._path.append("<<")
        value = self._value(self._next(), depth + 1)
        self._path.pop()
        tags = {path[length:]: self._tags.pop(path) for path in list(self._tags)[before:]}
        if isinstance(value, Map):
            return [(value, {path: tag for path, tag in tags.items() if path})]
        if not isinstance(value, Items) or not all(isinstance(source, Map) for source in value):
            raise self._error(line, "<< takes a mapping, or a list of mappings")
        return [
            (source, {path[1:]: tag for path, tag in tags.items() if len(path) > 1 and path[0] == index})
            for index, source in enumerate(value)
        ]

    def _anchored(self, value: Any, tags: int, nodes: int) -> _Anchored:
        """A value with an anchor, and the numbers of tags and nodes before it."""
        length = len(self._path)
        inside = {path[length:]: self._tags[path] for path in list(self._tags)[tags:]}
        return _Anchored(value, inside, self._nodes - nodes + 1, _characters(value))

    def _aliased(self, event: Any) -> Any:
        anchor, line = str(event.anchor), event.start_mark.line + 1
        if anchor not in self._anchors:
            raise self._error(line, f"no anchor &{anchor} stands before this alias")
        anchored = self._anchors[anchor]
        if anchored is None:
            raise self._error(line, f"anchor &{anchor} contains itself")
        self._count(anchored.nodes, anchored.characters)
        for path, tag in anchored.tags.items():
            self._tags[(*self._path, *path)] = tag
        return copied(anchored.value)

    def _count(self, nodes: int, characters: int) -> None:
        self._nodes += nodes
        self._characters += characters
        if self._nodes > MAX_NODES:
            raise ComposeError(f"{self._file}: aliases expand to more than {MAX_NODES} values")
        if self._characters > MAX_CHARACTERS:
            raise ComposeError(f"{self._file}: aliases expand to more than {MAX_CHARACTERS} characters of text")

    def _scalar(self, event: Any) -> Any:
        text, tag = event.value, event.tag
        if not tag:
            return self._finite(plain_value(text), event) if event.implicit[0] else text
        short = tag[len(_TAG) :] if tag.startswith(_TAG) else None
        if short in (None, "str"):
            return text
        try:
            value = _tagged_value(short, text)
        except (ValueError, binascii.Error) as error:
            raise self._error(event.start_mark.line + 1, f"`{text}` cannot be read as !!{short}") from error
        return self._finite(value, event)

    def _finite(self, value: Any, event: Any) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            text = f'{event.value} is not a number to work with; put it in quotes: "{event.value}"'
            raise self._error(event.start_mark.line + 1, text)
        return value


def _characters(value: Any) -> int:
    """The number of characters in a value, keys included."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Map):
        return sum(len(key) + _characters(item) for key, item in value.items())
    return sum(map(_characters, value)) if isinstance(value, Items) else 0


def _tagged_value(tag: str, text: str) -> Any:
    if tag == "binary":
        return base64.b64decode(text, validate=False).decode("utf-8", "surrogateescape")
    value = plain_value(text)
    if tag == "float" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    kinds = {"int": int, "float": float, "bool": bool, "null": type(None), "timestamp": str, "merge": str}
    # A bool is an int to isinstance, and no int to YAML.
    if tag in kinds and isinstance(value, kinds[tag]) and (tag == "bool" or not isinstance(value, bool)):
        return value
    raise ValueError(tag)


def plain_value(text: str) -> Any:
    """The value of an unquoted scalar: None, bool, int, float or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if not text or text[0] not in "+-.0123456789":
        return text
    digits = text if text[0] == "." else text.replace("_", "")
    number = _integer(digits)
    if number is not None and -(2**63) <= number < 2**64:
        return number
    if _FLOAT.fullmatch(digits):
        value = float(digits)
        if math.isfinite(value):
            return value
    return text


def _integer(digits: str) -> int | None:
    for pattern, base in _INTEGERS:
        match = pattern.fullmatch(digits)
        if match:
            value = int(match[2], base)
            return -value if match[1] == "-" else value
    return None
