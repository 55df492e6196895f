# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Parser for files of variables (.env) as docker compose reads them: quotes, comments, references to other
variables.

Source: https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
Messages name the variable and never its value, which may be a secret.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping

from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.expansion import (
    MissingVariableError,
    expand,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError

_BLANK = re.compile(r"(?:\s+|#[^\n]*)*")
_SPACE = r"[ \t\v\f\r\x85\xa0]*"
# `export` before no name names nothing.
_NAME = re.compile(rf"(?!export[ \t]+[=:])(?:export[ \t]+)?([\w.\-\[\]]+){_SPACE}(=|:|\n|\Z){_SPACE}")
_PLAIN = re.compile(r"[^\n]*")
_QUOTED = {
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL),
    "'": re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL),
}
# Behind the closing quote a comment may follow, or the next variable; text that is neither would be lost.
_AFTER_QUOTE = re.compile(rf"{_SPACE}(?:#[^\n]*|\n|\Z|(?:export[ \t]+)?[\w.\-\[\]]+{_SPACE}[=:])")
_ESCAPE = re.compile(r'\\(?:[abfnrtv$"\\]|0[0-7]{1,3})')
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "$": "$$"}


def parse(
    text: str, path: str, environment: Mapping[str, str], earlier: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The variables of a file, in the order of the file.

    Args:
        environment: what values may refer to, before the file's own variables; a name alone takes its value there.
        earlier: what values may refer to after those: variables of earlier files.

    Raises:
        ComposeError: a line that is none, with file and line.
    """
    return _File(text.removeprefix("\ufeff"), path, environment, earlier or {}).variables()


class _File:
    def __init__(self, text: str, path: str, environment: Mapping[str, str], earlier: Mapping[str, str]) -> None:
        self._text = text
        self._path = path
        self._environment = {**earlier, **environment}
        self._found: dict[str, str] = {}
        self._known = ChainMap(dict(environment), self._found, dict(earlier))

    def variables(self) -> dict[str, str]:
        position = self._skip(0)
        while position < len(self._text):
            position = self._skip(self._statement(position))
        return self._found

    def _skip(self, position: int) -> int:
        match = _BLANK.match(self._text, position)
        return match.end() if match else position

    def _error(self, position: int, text: str) -> ComposeError:
        return ComposeError(f"{self._path}:{self._text.count(chr(10), 0, position) + 1}: {text}")

    def _statement(self, position: int) -> int:
        match = _NAME.match(self._text, position)
        if match is None:
            raise self._error(position, "is no variable; write NAME=value, with letters, digits and _ in the name")
        name = match[1]
        if match[2] not in ("=", ":"):
            if name in self._environment:
                self._found[name] = self._environment[name]
            return match.end()
        quote = self._text[match.end() : match.end() + 1]
        if quote in _QUOTED:
            value, end = self._quoted(name, quote, match.end())
        else:
            plain = _PLAIN.match(self._text, match.end())
            end = plain.end() if plain else match.end()
            value = self._text[match.end() : end].split(" #")[0].rstrip()
        self._found[name] = value if quote == "'" else self._expanded(name, value, position)
        return end

    def _quoted(self, name: str, quote: str, position: int) -> tuple[str, int]:
        match = _QUOTED[quote].match(self._text, position)
        if match is None:
            raise self._error(position, f"the value of {name} begins with {quote} and nothing closes it")
        if not _AFTER_QUOTE.match(self._text, match.end()):
            raise self._error(position, f"the value of {name} goes on after the closing {quote}")
        if quote == "'":
            return match[1].replace("\\'", "'"), match.end()
        return _ESCAPE.sub(_unescaped, match[1]), match.end()

    def _expanded(self, name: str, value: str, position: int) -> str:
        try:
            return expand(value, self._known) if "$" in value else value
        except MissingVariableError as error:
            raise self._error(position, f"the value of {name}: {error}") from error
        except ValueError:
            # Its message quotes the value, and so would the chain of errors that Ansible shows.
            advice = "write $$ for a plain $, or put the value in single quotes"
            raise self._error(position, f"the value of {name} has a ${{ that begins no variable; {advice}") from None


def _unescaped(match: re.Match[str]) -> str:
    escape = match[0][1:]
    return chr(int(escape, 8)) if escape[0] == "0" else _ESCAPES.get(escape, escape)
