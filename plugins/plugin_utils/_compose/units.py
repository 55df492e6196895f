# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Parsers for text forms of values, as in the docker CLI: numbers with units, durations, shell words."""

from __future__ import annotations

import math
import re
import struct
from decimal import Decimal

_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60 * 1_000_000_000,
    "h": 3600 * 1_000_000_000,
}
_DURATION_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_LONGEST = 2**63 - 1
_EXPONENT_FROM = 6  # Go's %v writes floats from ten to this power on with an exponent
_SIZE = re.compile(r"(\+?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?) ?(?:([kmgtp])(?:i?b)?|b)?", re.ASCII | re.IGNORECASE)


def nanoseconds(text: str) -> int:
    """`1m30s` as nanoseconds (Go's time.ParseDuration).

    Raises:
        ValueError: not a duration.
    """
    unsigned = text[1:] if text[:1] in ("+", "-") else text
    if unsigned == "0":
        return 0
    total = 0
    position = 0
    while position < len(unsigned):
        match = _DURATION_PART.match(unsigned, position)
        if match is None:
            break
        total += _scaled(match[1], _NANOSECONDS[match[2]])
        position = match.end()
    if not unsigned or position < len(unsigned):
        raise ValueError(f'"{text}" is not a duration; write a number and a unit (ms, s, m, h), such as 30s or 1m30s')
    if total > _LONGEST:
        raise ValueError(f'"{text}" is longer than the 292 years a duration can hold')
    return -total if text[0] == "-" else total


def _scaled(number: str, unit: int) -> int:
    whole, _dot, fraction = number.partition(".")
    fraction = fraction[:19] if int(fraction[:19] or "0") <= _LONGEST else fraction[:18]  # what Go can hold
    value = int(whole or "0") * unit
    return value + (int(int(fraction) * (unit / 10 ** len(fraction))) if fraction else 0)


def byte_count(text: str) -> int:
    """`1.5g` as bytes, with units as powers of 1024 (docker/go-units RAMInBytes, as in the docker CLI 28).

    Raises:
        ValueError: not a size.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is not a size; write a number and a unit (b, k, m, g), such as 512m or 1.5g')
    exponent = " kmgtp".index((match[2] or " ").lower())
    number = float(match[1]) * 1024**exponent
    if number > _LONGEST:
        raise ValueError(f'"{text}" is more bytes than an engine can count')
    return int(number)


def single_precision(value: float) -> float:
    """The shortest number with the same 32-bit float value as this one: what engines return."""
    try:
        wanted = struct.pack("f", value)
    except OverflowError:
        raise ValueError(f"{value} is too large") from None
    for digits in range(1, 9):
        short = float(f"{value:.{digits}g}")
        if struct.pack("f", short) == wanted:
            return short
    return float(f"{value:.9g}")


def number_text(value: float) -> str:
    """A number as Go prints it: `1`, `0.5`, `1e+06`; floats from a million on have an exponent."""
    if isinstance(value, int) or math.isinf(value) or math.isnan(value):
        return str(value)
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    power = len(digits) + int(exponent) - 1 if value else 0
    minus = "-" if sign else ""
    if power < -4 or power >= _EXPONENT_FROM:
        fraction = f".{text[1:]}" if len(text) > 1 else ""
        return f"{minus}{text[0]}{fraction}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if power < 0:
        return f"{minus}0.{'0' * (-power - 1)}{text}"
    whole, fraction = text[: power + 1].ljust(power + 1, "0"), text[power + 1 :]
    return f"{minus}{whole}.{fraction}" if fraction else f"{minus}{whole}"


def shell_words(text: str) -> list[str]:
    """Split a command as google/shlex does: quotes, backslashes, comments; no expansion.

    Raises:
        ValueError: a quote that is not closed, a backslash at the end.
    """
    return _Words(text).split()


class _Words:
    """A state machine over characters; each state is a method."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words: list[str] = []
        self._word: str | None = None

    def split(self) -> list[str]:
        index = 0
        while index < len(self._text):
            char = self._text[index]
            if char in " \t\r\n":
                self._end()
            elif char == "#" and self._word is None:
                newline = self._text.find("\n", index)
                index = len(self._text) if newline < 0 else newline
            elif char == "'":
                index = self._single(index)
            elif char == '"':
                index = self._double(index)
            elif char == "\\":
                index += 1
                self._add(self._at(index, "a backslash"))
            else:
                self._add(char)
            index += 1
        self._end()
        return self._words

    def _add(self, text: str) -> None:
        self._word = (self._word or "") + text

    def _end(self) -> None:
        if self._word is not None:
            self._words.append(self._word)
            self._word = None

    def _at(self, index: int, what: str) -> str:
        if index >= len(self._text):
            raise ValueError(f"`{self._text}` ends in {what}")
        return self._text[index]

    def _single(self, start: int) -> int:
        end = self._text.find("'", start + 1)
        if end < 0:
            raise ValueError(f"`{self._text}` has a ' that is not closed")
        self._add(self._text[start + 1 : end])
        return end

    def _double(self, start: int) -> int:
        index = start + 1
        self._add("")
        while self._at(index, 'an open "') != '"':
            if self._text[index] == "\\":
                index += 1
            self._add(self._at(index, 'an open "'))
            index += 1
        return index
