# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Describe a service in terms of its compose file.

`compose_terms` flattens a canonical ServiceSpec to one value for each compose key, such as `{"image": "nginx:1.27",
"deploy.replicas": 2, "environment.LOG": "debug"}`. Nothing is lost: a field without a compose key keeps the engine's
name, so two specs give the same terms only if they are equal.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.service_words import mode_of
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.canonical import Path, spec_at
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.images import tagged
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import IMAGE, labels_of, short_name
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import SERVICE_KEYS, place

Json = dict[str, Any]
Terms = dict[str, Any]

_T = "TaskTemplate"
_C = f"{_T}.ContainerSpec"

_WORDS = {
    **{key.field: path for path, key in SERVICE_KEYS.items() if key.field and "[]" not in key.field},
    # Fields that are not set by a single key of a compose file.
    f"{_C}.OomScoreAdj": "oom_score_adj",
    f"{_T}.Placement.Platforms": "platforms",
    "Mode.ReplicatedJob.TotalCompletions": "deploy.replicas",
    "Mode.ReplicatedJob.MaxConcurrent": "deploy.max_concurrent",
}

# Lists of objects: the compose section of their items, and the fields that name an item.
_KEYED_LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    f"{_C}.Mounts": ("volumes", ("Target",)),
    f"{_C}.Ulimits": ("ulimits", ("Name",)),
    f"{_T}.Networks": ("networks", ("Target",)),
}

# The compose names of the fields of such items. Other fields keep the engine's name.
_FIELD_WORDS = {
    place(key)[-1]: path.rpartition(".")[2]
    for path, key in SERVICE_KEYS.items()
    if key.field.startswith(tuple(f"{field}.[]." for field in _KEYED_LISTS))
}
_FILE_WORDS = {
    place(key)[-1]: path.rpartition(".")[2] for path, key in SERVICE_KEYS.items() if ".[].File." in key.field
}
# The object that is referenced, if its name differs from the one in the file.
OBJECT = "object"


def compose_terms(spec: Json, stack: str) -> Terms:
    """Flatten a canonical ServiceSpec; the stack's prefix is removed from names."""
    terms: Terms = {"image": image_term(spec), "deploy.mode": mode_of(spec)}
    for path, value in _leaves(spec, ()):
        if path in _HANDLED_SEPARATELY:
            continue
        key = ".".join(path)
        if key in _KEYED_LISTS:
            section, naming = _KEYED_LISTS[key]
            for item in value:
                name = short_name(":".join(str(item.get(part, "")) for part in naming), stack)
                rest = {inner: item[inner] for inner in item if inner not in naming}
                terms[f"{section}.{name}"] = _plain({_FIELD_WORDS.get(inner, inner): rest[inner] for inner in rest})
        elif key in _LISTS:
            terms.update(_LISTS[key](value, stack))
        else:
            word = _word(path)
            terms[word] = _readable(word, value)
    return terms


def image_term(spec: Json) -> str:
    """The image as in the file, with the digest that it was pinned to, if there is one."""
    image = str(spec_at(spec, ("TaskTemplate", "ContainerSpec", "Image")) or "")
    named = labels_of(spec).get(IMAGE)
    if named is None or image == named:
        return image
    tag, at, digest = image.partition("@")
    return f"{named}{at}{digest}" if tag == tagged(named) else f"{named} (in fact {image})"


_HANDLED_SEPARATELY = {("Name",), ("TaskTemplate", "ContainerSpec", "Image"), ("Labels", IMAGE)}


def _leaves(value: Any, path: Path) -> list[tuple[Path, Any]]:
    """Every value that is not an object, with its path; empty objects count as values."""
    if not isinstance(value, dict) or not value:
        return [] if path[:1] == ("Mode",) and value == {} else [(path, value)]
    found = []
    for key, inner in value.items():
        found += _leaves(inner, (*path, key))
    return found


def _word(path: Path) -> str:
    """The compose key of the longest known prefix of the path, followed by the rest of the path."""
    for length in range(len(path), 0, -1):
        known = _WORDS.get(".".join(path[:length]))
        if known is not None:
            return ".".join((known, *path[length:]))
    return ".".join(path)


def _environment(entries: list[str], _stack: str) -> Terms:
    terms: Terms = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        terms[f"environment.{key}"] = value if equals else None
    return terms


def _ports(ports: list[Json], _stack: str) -> Terms:
    terms: Terms = {}
    for port in ports:
        published = port.get("PublishedPort", 0)
        key = f"ports.{published or 'any'}/{port['Protocol']}"
        value = f"to {port.get('TargetPort', 0)}, {port['PublishMode']}"
        extra = {name: port[name] for name in port if name not in _PORT_FIELDS}
        value = f"{value} {_plain(extra)}" if extra else value
        terms[key] = f"{terms[key]}; {value}" if key in terms else value
    return terms


_PORT_FIELDS = frozenset({"PublishedPort", "TargetPort", "Protocol", "PublishMode"})


def _references(kind: str) -> Any:
    def terms_of(items: list[Json], stack: str) -> Terms:
        terms: Terms = {}
        for item in items:
            key = f"{kind.lower()}s.{short_name(item['Base'], stack)}"
            named = f"{kind}Name"
            shown = {name: item[name] for name in item if name not in ("Base", "File", named)}
            shown |= {_FILE_WORDS.get(name, name): value for name, value in (item.get("File") or {}).items()}
            if isinstance(shown.get("mode"), int):
                shown["mode"] = f"{shown['mode']:04o}"
            if item[named] != item["Base"]:
                shown[OBJECT] = item[named]
            terms[key] = [*terms[key], _plain(shown)] if key in terms else [_plain(shown)]
        return terms

    return terms_of


_LISTS = {
    f"{_C}.Env": _environment,
    f"{_C}.Configs": _references("Config"),
    f"{_C}.Secrets": _references("Secret"),
    "EndpointSpec.Ports": _ports,
}


def _readable(word: str, value: Any) -> Any:
    kind = SERVICE_KEYS[word].kind if word in SERVICE_KEYS else ""
    if kind == "duration" and isinstance(value, int):
        return duration(value)
    if kind == "cpus" and isinstance(value, int):
        return f"{value / 1e9:.9f}".rstrip("0").rstrip(".")
    if kind == "size" and isinstance(value, int):
        return size(value)
    if word == "deploy.placement.preferences":
        return [f"spread={spec_at(item, ('Spread', 'SpreadDescriptor'))}" for item in value]
    if word == "platforms":
        return [f"{item.get('OS', 'any')}/{item.get('Architecture', 'any')}" for item in value]
    return value


def _plain(value: Any) -> Any:
    """An object of the engine as `key=value` pairs on one line."""
    if not isinstance(value, dict):
        return value
    return ", ".join(f"{key}={_plain_inner(inner)}" for key, inner in sorted(value.items()))


def _plain_inner(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + str(_plain(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_plain_inner(item) for item in value) + "]"
    return str(value)


def duration(nanoseconds: int) -> str:
    """`90000000000` -> `1m30s`."""
    if nanoseconds == 0:
        return "0s"
    parts = []
    rest = nanoseconds
    for unit, length in (("h", 3600 * 10**9), ("m", 60 * 10**9), ("s", 10**9), ("ms", 10**6), ("us", 10**3), ("ns", 1)):
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)


def size(count: int) -> str:
    """`67108864` -> `64M`."""
    for unit, length in (("G", 2**30), ("M", 2**20), ("K", 2**10)):
        if count % length == 0 and count:
            return f"{count // length}{unit}"
    return str(count)
