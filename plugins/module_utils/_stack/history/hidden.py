# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Secret values in the history: each is replaced by a keyed digest, which finds the value while it is still in use. No
I/O.

Everyone who can read the swarm's configs can also read its services, and so the values that are used now. But the
history must not reveal earlier values. A plain digest would: short passwords can be guessed and tried. So the digest
has a key, derived from the managers' join token. The token is not in the history, and everyone who can read it can join
as a manager and has full access anyway.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.history.deployments import deployments_in
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import short_name
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import Sensitive, secret_leaves

Json = dict[str, Any]

_DIGEST = "hidden"
_NAME = "name"
_KEY_ID = "hidden_by"


class LostValueError(Exception):
    """Secret values that a deployment needs no longer exist anywhere."""


def digest_key(swarm: Json) -> bytes:
    """The key of the digests, derived from `GET /swarm`."""
    token = str(swarm["JoinTokens"]["Manager"])
    return hmac.new(token.encode(), b"dockyard.swarm history", hashlib.sha256).digest()


def needs_hiding(state: Json, stack: str, sensitive: Sensitive) -> bool:
    """Whether a snapshot contains secret values."""
    return any(True for _leaf in _secrets_of(state, stack, sensitive))


def hide(state: Json, stack: str, sensitive: Sensitive, key: bytes) -> Json:
    """A snapshot with digests instead of secret values.

    Args:
        state: see snapshot.snapshot_of().
        key: see `digest_key`.
    """
    result = copy.deepcopy(state)
    for path, name in list(_secrets_of(state, stack, sensitive)):
        holder = result
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = {_DIGEST: _digest(key, holder[path[-1]]), _NAME: name}
    result[_KEY_ID] = _digest(key, "")[:8]
    return result


def is_hidden(state: Json) -> bool:
    """Whether a snapshot has digests instead of values."""
    return _KEY_ID in state


def hidden_in(history: Iterable[Json], stack: str) -> Sensitive:
    """The parts that are marked as secret in the stored deployments of a stack.

    Args:
        history: the configs.
    """
    variables: dict[str, set[str]] = {}
    configs: set[str] = set()
    for deployment in deployments_in(history):
        for path, leaf in _digests(deployment.state, []):
            name = short_name(path[1], stack)
            if path[0] == "configs":
                configs.add(name)
            elif path[-2] == "Env":
                variables.setdefault(name, set()).add(leaf[_NAME].removesuffix("="))
    return Sensitive(
        variables={name: frozenset(names) for name, names in variables.items()}, configs=frozenset(configs)
    )


def reveal(state: Json, now: Iterable[Any], stack: str, key: bytes) -> tuple[Json, Sensitive]:
    """A snapshot with its secret values, if they are still in use; and these values as sensitive.

    Args:
        now: everything that may contain the values: current and previous specs, contents of configs.

    Raises:
        LostValueError: some values were not found; the message names them.
    """
    known = {_digest(key, text): text for text in _texts(list(now))}
    result = copy.deepcopy(state)
    lost = []
    values = set()
    for path, leaf in list(_digests(state, [])):
        holder = result
        for part in path[:-1]:
            holder = holder[part]
        if leaf[_DIGEST] in known:
            holder[path[-1]] = known[leaf[_DIGEST]]
            values.add(holder[path[-1]].removeprefix(leaf[_NAME] if path[-2] == "Env" else ""))
        else:
            lost.append(_describe(path, leaf, stack))
    if lost:
        rotated = state[_KEY_ID] != _digest(key, "")[:8]
        reason = (
            "the managers' join token was rotated since, and without the former one they cannot be recognised"
            if rotated
            else "they are neither in the current nor in the previous specs"
        )
        raise LostValueError(f"{', '.join(sorted(set(lost)))}: secret values are not stored, and {reason}")
    result.pop(_KEY_ID)
    return result, Sensitive(frozenset(values))


def _secrets_of(state: Json, stack: str, sensitive: Sensitive) -> Iterator[tuple[list[Any], str]]:
    for section in ("services", "networks"):
        for full_name, spec in state[section].items():
            for path, name in secret_leaves(sensitive, short_name(full_name, stack), spec):
                yield [section, full_name, *path], name
    for full_name, spec in state["configs"].items():
        if short_name(full_name, stack) in sensitive.configs and spec.get("Data"):
            yield ["configs", full_name, "Data"], ""


def _digests(value: Any, path: list[Any]) -> Iterator[tuple[list[Any], Json]]:
    if isinstance(value, dict):
        if set(value) == {_DIGEST, _NAME}:
            yield path, value
        else:
            for key, inner in value.items():
                yield from _digests(inner, [*path, key])
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _digests(inner, [*path, index])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _describe(path: list[Any], leaf: Json, stack: str) -> str:
    what = leaf[_NAME].removesuffix("=") or str(next(part for part in reversed(path) if isinstance(part, str)))
    return f"{what} of {path[0].removesuffix('s')} {short_name(path[1], stack)}"


def _digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
