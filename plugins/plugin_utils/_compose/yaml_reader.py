# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""YAML as go-yaml v3, the docker CLI's reader, understands it.

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
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Path, Source

MAX_DEPTH = 100
# After aliases are followed: guards against alias bombs, of many values or of few long ones.
MAX_NODES = 250_000
MAX_CHARACTERS = 32_000_000

_PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_TAG = "tag:yaml.org,2002:"
_MERGE = "<<"
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
        data: the plain values.
        source: line numbers, for messages.
        tags: application tags such as `!reset`, by path.
        more: whether further documents follow, which `read` leaves alone.
    """

    data: dict[str, Any]
    source: Source
    tags: dict[Path, str] = field(default_factory=dict)
    more: bool = False


@dataclass
class _Node:
    kind: str  # scalar, list or map
    line: int
    value: Any  # the scalar's value, a list of nodes, or a list of (key node, value node)
    tag: str | None = None


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
    source = Source(file)
    try:
        events = yaml.parse(text, Loader=_PARSER)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                root = _Tree(events, source).node(next(events, event), 0)
                yield _document(root, Source(file), resets)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{file}:{mark.line + 1}" if mark else file
        raise ComposeError(f"{place}: not valid YAML: {error.problem or error.context}") from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise ComposeError(f"{file}: not valid YAML: {error}") from error


def _document(root: _Node, source: Source, resets: bool) -> Document:
    if root.kind != "map":
        raise _no_mapping(source.file)
    document = Document({}, source)
    document.data = _Expansion(document, resets).value(root, ())
    return document


def _no_mapping(file: str) -> ComposeError:
    return ComposeError(f"{file}: the top level must be a mapping with keys such as services and networks")


class _Tree:
    """Builds nodes from parser events."""

    def __init__(self, events: Iterator[Any], source: Source) -> None:
        self._events = events
        self._source = source
        self._anchors: dict[str, _Node | None] = {}

    def node(self, event: Any, depth: int) -> _Node:
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise ComposeError(f"{self._source.file}:{line}: nested more than {MAX_DEPTH} levels deep")
        if isinstance(event, yaml.AliasEvent):
            return self._aliased(str(event.anchor), line)
        if event.anchor:
            self._anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            node = _scalar(event, line, self._source)
        elif isinstance(event, yaml.SequenceStartEvent):
            items = [self.node(item, depth + 1) for item in self._until(yaml.SequenceEndEvent)]
            node = _Node("list", line, items, _application_tag(event.tag))
        else:
            pairs = [
                (self.node(key, depth + 1), self.node(next(self._events), depth + 1))
                for key in self._until(yaml.MappingEndEvent)
            ]
            node = _Node("map", line, pairs, _application_tag(event.tag))
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _until(self, end: type) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event

    def _aliased(self, anchor: str, line: int) -> _Node:
        if anchor not in self._anchors:
            raise ComposeError(f"{self._source.file}:{line}: no anchor &{anchor} stands before this alias")
        node = self._anchors[anchor]
        if node is None:
            raise ComposeError(f"{self._source.file}:{line}: anchor &{anchor} contains itself")
        return node


class _Expansion:
    """Turns nodes into plain values, following aliases and merge keys, noting lines and tags."""

    def __init__(self, document: Document, resets: bool) -> None:
        self._document = document
        self._resets = resets
        self._source = document.source
        self._count = 0
        self._characters = 0

    def value(self, node: _Node, path: Path) -> Any:
        self._count_one()
        if node.tag:
            self._document.tags[path] = node.tag
        if node.kind == "scalar":
            self._count_characters(node.value)
            return node.value
        if node.kind == "list":
            return [self._entry(item, (*path, index), item.line) for index, item in enumerate(node.value)]
        return self._mapping(node, path)

    def _count_one(self) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise ComposeError(f"{self._source.file}: aliases expand to more than {MAX_NODES} values")

    def _count_characters(self, value: Any) -> None:
        self._characters += len(value) if isinstance(value, str) else 0
        if self._characters > MAX_CHARACTERS:
            raise ComposeError(f"{self._source.file}: aliases expand to more than {MAX_CHARACTERS} characters of text")

    def _entry(self, node: _Node, path: Path, line: int) -> Any:
        self._source.lines[path] = line
        return self.value(node, path)

    def _mapping(self, node: _Node, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        seen: dict[str, int] = {}
        merges: list[_Node] = []
        for key, value in node.value:
            if key.kind == "scalar" and key.tag == _MERGE:
                merges.append(value)
                continue
            name = self._key(key, path)
            if name in seen:
                text = f'the key "{name}" stands twice, first in line {seen[name]}; keep one of them'
                raise ComposeError(f"{self._source.file}:{key.line}: {text}")
            seen[name] = key.line
            result[name] = self._entry(value, (*path, name), key.line)
        for merged in merges:
            self._merge(merged, path, result)
        return result

    def _key(self, node: _Node, path: Path) -> str:
        if node.kind == "scalar" and isinstance(node.value, str):
            self._count_characters(node.value)
            return node.value
        shown = f"{node.value!r} is" if node.kind == "scalar" else "a list or mapping is"
        self._source.lines.setdefault((*path, "?"), node.line)
        raise self._source.error((*path, "?"), f"{shown} not a string and cannot be a key; put it in quotes")

    def _merge(self, node: _Node, path: Path, into: dict[str, Any]) -> None:
        sources = node.value if node.kind == "list" else [node]
        for source in sources:
            if source.kind != "map":
                raise ComposeError(f"{self._source.file}:{node.line}: << takes a mapping, or a list of mappings")
            for key, value in self._flat(source, path):
                name = self._key(key, path)
                here = (*path, name)
                if name not in into:
                    into[name] = self._entry(value, here, value.line)
                elif self._resets and self._document.tags.get(here) == RESET:
                    into[name] = self._entry(value, here, value.line)
                    self._document.tags[here] = OVERRIDE

    def _flat(self, node: _Node, path: Path, depth: int = 0) -> Iterator[tuple[_Node, _Node]]:
        merges = []
        for key, value in node.value:
            self._count_one()
            if key.kind == "scalar" and key.tag == _MERGE:
                merges.append(value)
            else:
                yield key, value
        for merged in merges:
            for source in merged.value if merged.kind == "list" else [merged]:
                if source.kind != "map" or depth > MAX_DEPTH:
                    raise ComposeError(f"{self._source.file}:{merged.line}: << takes a mapping, or a list of mappings")
                yield from self._flat(source, path, depth + 1)


def _application_tag(tag: str | None) -> str | None:
    return tag if tag and tag != "!" and not tag.startswith(_TAG) else None


def _scalar(event: Any, line: int, source: Source) -> _Node:
    text, tag = event.value, event.tag
    if event.implicit[0] and not tag:
        if text == _MERGE:
            return _Node("scalar", line, text, _MERGE)
        return _Node("scalar", line, _finite(plain_value(text), text, line, source))
    short = tag[len(_TAG) :] if tag and tag.startswith(_TAG) else None
    if short == "merge" and text == _MERGE:
        return _Node("scalar", line, text, _MERGE)
    if short in (None, "str"):
        return _Node("scalar", line, text, _application_tag(tag))
    try:
        return _Node("scalar", line, _finite(_tagged_value(short, text), text, line, source))
    except (ValueError, binascii.Error) as error:
        raise ComposeError(f"{source.file}:{line}: `{text}` cannot be read as !!{short}") from error


def _finite(value: Any, text: str, line: int, source: Source) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise ComposeError(f'{source.file}:{line}: {text} is not a number to work with; put it in quotes: "{text}"')
    return value


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
