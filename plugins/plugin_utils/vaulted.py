# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the values of a stack that come from Ansible Vault: whole files, and variables of the play."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.vault import EncryptedString, VaultHelper
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import Sensitive, looks_secret

_HEADER = b"$ANSIBLE_VAULT;"
# Values that are secret only by the name of their variable are masked elsewhere only from this length on.
_SHORTEST_BY_NAME = 8
_SKIPPED = ("groups", "hostvars", "vars")


class VaultedFiles:
    """Reads files, and remembers those that were encrypted.

    Args:
        read: returns a file's content, decrypted.
    """

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self.contents: dict[str, bytes] = {}

    def read(self, path: str) -> bytes:
        """A file's content, decrypted."""
        content = self._read(path)
        if is_encrypted(path):
            self.contents[path] = content
        return content


def is_encrypted(path: str) -> bool:
    """Whether the whole file is encrypted with Ansible Vault."""
    try:
        with Path(path).open("rb") as file:
            return file.read(len(_HEADER)) == _HEADER
    except OSError:
        return False


def vaulted_values(variables: Mapping[str, Any], used_in: Iterable[str]) -> set[str]:
    """The strings among a play's variables that come from a vault: individually encrypted, or from an encrypted file.

    Args:
        used_in: texts; values that occur in none of them are left out.
    """
    encrypted: dict[str, bool] = {}
    found: set[str] = set()
    for value in _texts(variables):
        if isinstance(value, EncryptedString) or VaultHelper.get_ciphertext(value, with_tags=False) is not None:
            found |= _decrypted(value)
        elif (path := _origin_of(value)) and encrypted.setdefault(path, is_encrypted(path)):
            found.add(str(value))
    texts = list(used_in)
    return {value for value in found if value and any(value in text for text in texts)}


def sensitive_parts(
    config: Mapping[str, Any],
    config_data: Mapping[str, bytes],
    variables: Mapping[str, str],
    files: Mapping[str, bytes],
    compose_files: Iterable[str],
    values: Iterable[str],
) -> Sensitive:
    """The secret parts of a loaded project, in addition to values that look secret by name.

    Args:
        config: the project in canonical form.
        config_data: the contents of its configs, by name.
        variables: the variables that the files were interpolated with.
        files: contents of the files that were encrypted, by path.
        compose_files: paths of the project's files.
        values: strings from vaults.
    """
    services = config.get("services") or {}
    assigned = set().union(*(_names_in(content) for path, content in files.items() if path not in compose_files))
    whole = any(path in files for path in compose_files)
    hidden = {
        name: frozenset(key for key in service.get("environment") or {} if whole or key in assigned)
        for name, service in services.items()
    }
    known = {*values, *(value for name, value in variables.items() if name in assigned)}
    known |= {str(services[name]["environment"][key] or "") for name, keys in hidden.items() for key in keys}
    known |= named_secrets(variables)
    known.discard("")
    found = Sensitive(frozenset(known), {name: keys for name, keys in hidden.items() if keys})
    contents = set(files.values())
    configs = (name for name, data in config_data.items() if data in contents or _holds_secret(data, found))
    return Sensitive(found.values, found.variables, frozenset(configs))


def secret_texts(config: Mapping[str, Any], sensitive: Sensitive) -> set[str]:
    """All values in a project's services that must not be shown."""
    found: set[str] = set()
    for name, service in (config.get("services") or {}).items():
        variables = {key: str(value) for key, value in (service.get("environment") or {}).items() if value}
        found |= {value for key, value in variables.items() if sensitive.is_secret(name, key, value)}
        found |= {text for text in map(str, _texts(service)) if sensitive.in_text(text) != text}
    return found


def named_secrets(variables: Mapping[str, str]) -> set[str]:
    """The values of variables whose names indicate a secret."""
    return {value for name, value in variables.items() if looks_secret(name) and len(value or "") >= _SHORTEST_BY_NAME}


def _holds_secret(data: bytes, sensitive: Sensitive) -> bool:
    text = data.decode("utf-8", errors="replace")
    return sensitive.in_text(text) != text


def _names_in(content: bytes) -> set[str]:
    """The names of variables that are assigned in a file."""
    text = content.decode("utf-8", errors="replace")
    return set(re.findall(r"^[^\S\n]*(?:export[^\S\n]+)?([\w.-]+)[^\S\n]*[=:]", text, re.MULTILINE))


def _texts(value: Any, depth: int = 0) -> Iterator[Any]:
    if isinstance(value, (str, EncryptedString)):
        yield value
    elif isinstance(value, Mapping) and depth < 20:
        for key, inner in value.items():
            if depth or key not in _SKIPPED:
                yield from _texts(inner, depth + 1)
    elif isinstance(value, (list, tuple)) and depth < 20:
        for inner in value:
            yield from _texts(inner, depth + 1)


def _decrypted(value: Any) -> set[str]:
    try:
        return {str(value)}
    except AnsibleError:
        # A variable that this play has no vault password for, so it cannot be used either.
        return set()


def _origin_of(value: Any) -> str | None:
    """The file that a string comes from, if Ansible tells: there is no public API for this."""
    try:
        origin = import_module("ansible._internal._datatag._tags").Origin.get_tag(value)
    except (ImportError, AttributeError):
        return None
    return str(origin.path) if origin is not None and origin.path else None
