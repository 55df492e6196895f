# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Which parts of a stack's specs are secret, and how they are masked: their existence and changes are shown, no values.

Secret are:

- values that came from a vault, as reported by the controller;
- values whose names contain one of the words below: variables, labels, options of logging and of drivers;
- passwords in URLs (`scheme://user:password@host`), after `password=` and the like, and after options such as
  `--password` in commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

HIDDEN = "(hidden)"

# A value from a vault is masked in other text only if it is not so short that it occurs in ordinary words.
_SHORTEST = 6
_WORDS = frozenset(
    "apikey auth authorization basicauth cookie credential credentials dsn htpasswd key keys pass passphrase passwd "
    "password passwords pwd secret secrets token tokens".split()
)
# Words that are also found at the end of a name part: DBPASSWORD, authtoken.
_ENDINGS = ("apikey", "passphrase", "passwd", "password", "secret", "token")
# Last words with which such a name describes something about the secret: POSTGRES_PASSWORD_FILE, TOKEN_TTL.
_ABOUT = frozenset(
    "algorithm count days dir directory enabled expiry file files hours id issuer length level max method min minutes "
    "mode name path policy port provider realm seconds size timeout ttl type version".split()
)
_NAME_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# None of these begins with a repetition: they are also applied to contents of configs, which may have no space in a
# megabyte.
_IN_URL = re.compile(r"(?P<before>[A-Za-z0-9+.-]://[^/\s:@]*:)(?P<value>[^/\s@]+)(?=@)")
_ASSIGNMENT = r"(?P<before>(?:password|passwd|passphrase|secret|token|api[_-]?key){})(?P<value>[^\s,;&}}\]]+)"
_ASSIGNED = re.compile(_ASSIGNMENT.format(r"\s*[=:]\s*"), re.IGNORECASE)
_ASSIGNED_BY_EQUALS = re.compile(_ASSIGNMENT.format("="), re.IGNORECASE)
_OPTION = re.compile(r"--?[\w-]*(?:password|passwd|passphrase|secret|token|api-?key|requirepass)", re.IGNORECASE)

# Prefixes of compose terms whose last part is a user-defined name.
_NAMED = ("environment.", "labels.", "deploy.labels.", "logging.options.", "driver_opts.")
# The same places in the Engine API's specs.
_NAMED_OBJECTS = ("Labels", "Options", "DriverOpts")


def looks_secret(name: str) -> bool:
    """Whether a name indicates a secret value."""
    parts = [part.lower() for part in _NAME_PARTS.findall(name)]
    if not parts or parts[-1] in _ABOUT:
        return False
    return any(part in _WORDS or part.endswith(_ENDINGS) for part in parts)


@dataclass(frozen=True)
class Sensitive:
    """What is known to be secret, in addition to what looks secret.

    Attributes:
        values: values that came from a vault.
        variables: by a service's name in the file, the names of its variables whose values came from a vault.
        configs: names in the file of configs whose contents came from a vault.
    """

    values: frozenset[str] = frozenset()
    variables: Mapping[str, frozenset[str]] = field(default_factory=dict)
    configs: frozenset[str] = frozenset()

    def and_also(self, other: Sensitive) -> Sensitive:
        """The union of both."""
        services = {*self.variables, *other.variables}
        return Sensitive(
            self.values | other.values,
            {name: self.variables.get(name, frozenset()) | other.variables.get(name, frozenset()) for name in services},
            self.configs | other.configs,
        )

    def findable(self) -> list[str]:
        """The values that are long enough to be masked in other text, the longest first."""
        return sorted((value for value in self.values if len(value) >= _SHORTEST), key=len, reverse=True)

    def in_text(self, text: str) -> str:
        """The value of a field with secrets masked."""
        return _ASSIGNED.sub(rf"\g<before>{HIDDEN}", self.in_message(text))

    def in_message(self, text: str) -> str:
        """A message with secrets masked; `secret db_password: no such file` is kept."""
        for value in self.findable():
            text = text.replace(value, HIDDEN)
        text = _IN_URL.sub(rf"\g<before>{HIDDEN}", text)
        return _ASSIGNED_BY_EQUALS.sub(rf"\g<before>{HIDDEN}", text)

    def in_list(self, items: Iterable[Any]) -> list[Any]:
        """The items of a command, or of any list, with secrets masked."""
        found: list[Any] = []
        option = False
        for item in items:
            found.append(HIDDEN if option else self.in_text(item) if isinstance(item, str) else item)
            option = isinstance(item, str) and _OPTION.fullmatch(item) is not None
        return found

    def is_secret(self, service: str, variable: str, value: str) -> bool:
        """Whether the whole value of a service's variable is secret."""
        return looks_secret(variable) or variable in self.variables.get(service, ()) or value in self.values

    def in_term(self, service: str, key: str, value: Any) -> Any:
        """The value of a compose term (see compare/terms.py) with secrets masked.

        Args:
            service: the service's name in the file; empty for other objects.
        """
        prefix = next((item for item in _NAMED if key.startswith(item)), None)
        name = key[len(prefix) :] if prefix else ""
        if isinstance(value, str):
            secret = prefix is not None and (
                self.is_secret(service, name, value) if prefix == "environment." else looks_secret(name)
            )
            return HIDDEN if secret and value else self.in_text(value)
        return self.in_list(value) if isinstance(value, list) else value


#: Used when nothing came from a vault.
NOT_FROM_VAULTS = Sensitive()


def secret_leaves(sensitive: Sensitive, service: str, spec: Any) -> Iterator[tuple[list[Any], str]]:
    """The secrets in a service's spec: the path to each string that contains one, and the part of it that may be shown.

    Args:
        service: the service's name in the file.
    """
    yield from _leaves(sensitive, service, spec, [])


def _leaves(sensitive: Sensitive, service: str, value: Any, path: list[Any]) -> Iterator[tuple[list[Any], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if path and path[-1] in _NAMED_OBJECTS and isinstance(inner, str) and inner and looks_secret(key):
                yield [*path, key], key
            else:
                yield from _leaves(sensitive, service, inner, [*path, key])
    elif isinstance(value, list):
        shown = sensitive.in_list(value)
        for index, inner in enumerate(value):
            if isinstance(inner, str) and path and path[-1] == "Env":
                name, equals, content = inner.partition("=")
                if content and (sensitive.is_secret(service, name, content) or sensitive.in_text(content) != content):
                    yield [*path, index], f"{name}{equals}"
            elif isinstance(inner, str):
                if shown[index] != inner:
                    yield [*path, index], ""
            else:
                yield from _leaves(sensitive, service, inner, [*path, index])
    elif isinstance(value, str) and sensitive.in_text(value) != value:
        yield path, ""
