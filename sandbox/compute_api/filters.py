"""List filters: AIP-160 expressions, and the older `eq`/`ne` with regular expressions.

Sources: the description of the `filter` parameter in Google's discovery document, and
https://google.aip.dev/160. As there, OR binds tighter than AND, and expressions side by side are ANDed.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from sandbox.compute_api.errors import invalid

Predicate = Callable[[dict[str, Any]], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<op>!=|<=|>=|=|<|>|:)|(?P<paren>[()])"""
    r"""|(?P<word>[^\s()!=<>:"']+))"""
)
_ORDER = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}


def parse(text: str) -> Predicate:
    """A predicate over resources. Raises ApiError (400) for an expression that cannot be understood."""
    parser = _Parser(_tokens(text), text)
    predicate = parser.conjunction()
    if parser.more():
        raise parser.fault()
    return predicate


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match or not match.lastgroup:
            raise invalid(f"Invalid value for field 'filter': '{text}'. Invalid list filter expression.")
        tokens.append((match.lastgroup, match.group(match.lastgroup)))
        position = match.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], text: str) -> None:
        self._tokens = tokens
        self._text = text
        self._at = 0

    def more(self) -> bool:
        return self._at < len(self._tokens)

    def fault(self) -> Exception:
        return invalid(f"Invalid value for field 'filter': '{self._text}'. Invalid list filter expression.")

    def conjunction(self) -> Predicate:
        parts = [self._disjunction()]
        while self.more() and self._peek() != ("paren", ")"):
            if self._peek() == ("word", "AND"):
                self._next()
            parts.append(self._disjunction())
        return parts[0] if len(parts) == 1 else lambda resource: all(part(resource) for part in parts)

    def _disjunction(self) -> Predicate:
        parts = [self._negation()]
        while self.more() and self._peek() == ("word", "OR"):
            self._next()
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else lambda resource: any(part(resource) for part in parts)

    def _negation(self) -> Predicate:
        if self.more() and self._peek() in (("word", "NOT"), ("word", "-")):
            self._next()
            inner = self._negation()
            return lambda resource: not inner(resource)
        return self._term()

    def _term(self) -> Predicate:
        kind, token = self._next()
        if (kind, token) == ("paren", "("):
            inner = self.conjunction()
            if self._next() != ("paren", ")"):
                raise self.fault()
            return inner
        if kind != "word":
            raise self.fault()
        kind_of_operator, operator_ = self._next()
        if (kind_of_operator, operator_) in (("word", "eq"), ("word", "ne")):
            return _matches(token, self._value(), negated=operator_ == "ne")
        if kind_of_operator != "op":
            raise self.fault()
        return _compares(token, operator_, self._value())

    def _value(self) -> str:
        kind, token = self._next()
        if kind == "quoted":
            return re.sub(r"\\(.)", r"\1", token[1:-1])
        if kind != "word":
            raise self.fault()
        return token

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def _next(self) -> tuple[str, str]:
        if not self.more():
            raise self.fault()
        self._at += 1
        return self._tokens[self._at - 1]


def _values(resource: Any, path: list[str]) -> list[Any]:
    """Every value the path leads to; a path leads through all elements of a list."""
    if isinstance(resource, list):
        return [value for item in resource for value in _values(item, path)]
    if not path:
        return [resource]
    if isinstance(resource, dict) and path[0] in resource:
        return _values(resource[path[0]], path[1:])
    return []


def _matches(field: str, pattern: str, negated: bool) -> Predicate:
    path = field.split(".")
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise invalid(f"Invalid value for field 'filter': '{pattern}' is not a regular expression.") from error

    def matches(resource: dict[str, Any]) -> bool:
        values = _values(resource, path) or [""]
        return any(compiled.fullmatch(_text(value)) for value in values) != negated

    return matches


def _compares(field: str, operator_: str, wanted: str) -> Predicate:
    path = field.split(".")

    def compares(resource: dict[str, Any]) -> bool:
        values = _values(resource, path)
        if operator_ == ":":
            return bool(values) if wanted == "*" else any(_has(value, wanted) for value in values)
        if operator_ in ("=", "!="):
            return any(_equals(value, wanted) for value in values) == (operator_ == "=")
        return any(_ordered(value, operator_, wanted) for value in values)

    return compares


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _equals(value: Any, wanted: str) -> bool:
    text = _text(value)
    if isinstance(value, bool):
        return text == wanted.lower()
    if "*" in wanted:
        return re.fullmatch(".*".join(re.escape(part) for part in wanted.split("*")), text) is not None
    return text == wanted


def _has(value: Any, wanted: str) -> bool:
    if isinstance(value, dict):
        return wanted in value
    return _equals(value, wanted) or wanted.strip("*") in _text(value)


def _ordered(value: Any, operator_: str, wanted: str) -> bool:
    try:
        return bool(_ORDER[operator_](float(value), float(wanted)))
    except ValueError:
        return bool(_ORDER[operator_](_text(value), wanted))
