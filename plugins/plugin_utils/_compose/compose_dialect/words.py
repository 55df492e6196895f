# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.
"""Split commands into words as docker compose does (mattn/go-shellwords): no comments, no lists of commands."""

from __future__ import annotations

_ENDS = ";&|<>"
_SPACES = " \t\r\n"


def split_words(text: str) -> tuple[list[str], str]:
    """The words of a command, and the rest that docker compose ignores: from `;`, `&`, `|`, `<` or `>` on.

    Raises:
        ValueError: a quote or bracket that is not closed, a backslash at the end.
    """
    return _Words(text).split()


class _Words:
    """A state machine over characters. Inside an open quote, backtick or `$(` only the closing one is special."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words: list[str] = []
        self._word = ""
        self._begun = False
        self._open = ""

    def split(self) -> tuple[list[str], str]:
        index = 0
        rest = ""
        while index < len(self._text):
            char = self._text[index]
            if char == "\\" and self._open != "'":
                index += 1
                if index == len(self._text):
                    raise ValueError(f"`{self._text}` ends in a backslash")
                self._add(self._text[index])
            elif char in _ENDS and not self._open:
                rest = self._text[index:]
                # `2>file`: the number is part of what is left out.
                if char == ">" and self._word[:1].isdigit():
                    self._begun = False
                break
            else:
                self._character(char)
            index += 1
        self._end()
        if self._open:
            raise ValueError(f"`{self._text}` has a {self._open} that is not closed")
        return self._words, rest

    def _character(self, char: str) -> None:
        if char in _SPACES and not self._open:
            self._end()
        elif char in "'\"" and self._open in ("", char, "`"):
            self._quote(char)
        elif char == "`" and self._open in ("", "`"):
            self._open = "" if self._open else "`"
            self._add(char)
        elif char == "(" and self._open in ("", "$("):
            if self._open or not self._word.endswith("$"):
                raise ValueError(f"`{self._text}` has a bracket outside of quotes")
            self._open = "$("
            self._add(char)
        elif char == ")" and self._open in ("", "$("):
            self._open = "" if self._open else "$("
            self._add(char)
        else:
            self._add(char)

    def _quote(self, char: str) -> None:
        if self._open == "`":
            raise ValueError(f"`{self._text}` has quotes in backticks; write a list")
        self._begun = self._begun or self._open == char
        self._open = "" if self._open == char else char

    def _add(self, char: str) -> None:
        self._word += char
        self._begun = True

    def _end(self) -> None:
        if self._begun:
            self._words.append(self._word)
        self._word = ""
        self._begun = False
