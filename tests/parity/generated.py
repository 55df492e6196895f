"""Projects made from the table of compose keys: every key with many values, and whole projects at random.

`PARITY_SEED` is the seed of what is random, `PARITY_CASES` how many cases of each matrix are tried (`all` for all).
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.keys import COMPOSE, KEYS, SERVICE_KEYS, Key
from hypothesis import strategies as st

Json = dict[str, Any]

SEED = int(os.environ.get("PARITY_SEED", "1"))
_CASES = os.environ.get("PARITY_CASES", "150")

ENVIRONMENT = {"N": "3", "YES": "true", "WORD": "word", "EMPTY": ""}
OBJECTS: Json = {
    "networks": {"n": {}, "m": {}},
    "volumes": {"v": {}},
    "configs": {"c": {"external": True}, "d": {"external": True}},
    "secrets": {"c": {"external": True}, "d": {"external": True}},
}

# Values of every type and form, tried for every key.
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 80, 1.5, 2.0, 1000000.0, 10**19),
    *("", "a", "1", "-1", "1.5", "true", "yes", "1s", "1m30s", "5", "64m", ".5g", "1 g", "host", "global", "A=1"),
    *(
        "start-first",
        "80:80",
        "80-82",
        "127.0.0.1:80:80/udp",
        "/a",
        "/a:/b:ro",
        "v:/b",
        "n",
        "c",
        "~/x",
        "on-failure:3",
    ),
    *("sh -c 'a b'", "always", "no", "replicated-job", "volume", "${N}", "${YES}", "$WORD", "${UNSET}", "$$a"),
    *([], ["a"], ["a", "a"], ["A=1", "B", "=x"], [1], [1.5], [None], ["80", "81:82/udp"], [80], ["c"], ["n"], ["v:/t"]),
    *([{}], [{"source": "c"}], [{"target": 80}], [{"type": "volume", "target": "/t"}], [{"spread": "a"}]),
    *(
        {},
        {"a": "b"},
        {"a": 1},
        {"a": None},
        {"a": 1.5},
        {"a": True},
        {"a": 1000000.0},
        {"a": {}},
        {"n": None},
        {"": "a"},
    ),
    *(
        {"n": {"aliases": ["x"]}},
        {"a": {"soft": 1, "hard": 2}},
        {"name": "x"},
        {"x-a": 1},
        {"driver": "d"},
        {"test": "a"},
    ),
)

# What stands beside a key so that it can count.
_BESIDE: tuple[tuple[str, Json], ...] = (
    ("services.*.volumes.[].bind", {"type": "bind", "source": "/a", "target": "/t"}),
    ("services.*.volumes.[].tmpfs", {"type": "tmpfs", "target": "/t"}),
    ("services.*.volumes.[]", {"type": "volume", "source": "v", "target": "/t"}),
    ("services.*.configs.[]", {"source": "c"}),
    ("services.*.secrets.[]", {"source": "c"}),
    ("services.*.ulimits.*", {"soft": 1, "hard": 2}),
    ("services.*.ports.[]", {"target": 80}),
    ("services.*", {"image": "x"}),
    ("configs.*", {"external": True}),
    ("secrets.*", {"external": True}),
)
_NAMES = {
    "services": "web",
    "networks": "n",
    "volumes": "v",
    "configs": "c",
    "secrets": "c",
    "services.*.networks": "n",
}


def keys_of_3x() -> list[Key]:
    """The keys that the 3.x format knows, items of lists and named entries, too."""
    return [key for key in KEYS.values() if key.kind and key.since != COMPOSE]


def document(path: str, value: Any) -> Json:
    """A file in which a key has a value, and what else it needs."""
    made: Any = value
    parts = path.split(".")
    for end in range(len(parts) - 1, -1, -1):
        above, part = ".".join(parts[:end]), parts[end]
        if part == "[]":
            made = [made]
        else:
            name = _NAMES.get(above, "a") if part == "*" else part
            made = {**next((beside for place, beside in _BESIDE if place == above), {}), name: made}
    result = {"services": {"web": {"image": "x"}}, **OBJECTS}
    return {**result, **made} if isinstance(made, dict) else result


def matrix() -> Iterator[tuple[str, Any, Json]]:
    """Every key with every value."""
    for key in keys_of_3x():
        if key.path != "version":
            for value in VALUES:
                yield key.path, value, document(key.path, value)


def sample(items: list[Any]) -> list[Any]:
    """As many as `PARITY_CASES` says, chosen by the seed."""
    if _CASES == "all" or len(items) <= int(_CASES):
        return items
    return random.Random(SEED).sample(items, int(_CASES))


def count() -> int:
    """How many random projects are tried."""
    return 3000 if _CASES == "all" else max(10, int(_CASES) // 3)


SCALARS = (
    *("0o17", "017", "0x1F", "0b11", "1_000", "1e3", "1E3", "1.5e3", "+1", "-1", ".5", "5.", ".inf", "-.inf", ".nan"),
    *("~", "null", "Null", "NULL", "true", "True", "TRUE", "yes", "No", "on", "OFF", "y", "n", "2024-01-01", "12:30"),
    *("2024-01-01T00:00:00Z", "1:30:45", "22:22", "!!str 5", '!!int "5"', "!!float 5", '!!bool "yes"', "!!binary aGk="),
    *("'it''s'", '"a\\tb"', "a#b", "a #b", "-", "=", "<<", "@a", "%a", "0.0", "-0", "-0.0", "00", "08", "09.5", "1__0"),
    *("0x", "0o", "1e", "e1", "1.e1", "0xFFFFFFFFFFFFFFFF", "18446744073709551616", "9223372036854775808", "&a b"),
    *("123456789012345678901234567890", "1.0", "1000000.0", "1e6", "a: b", "- a", "", "''", "[a, b]", "é", "'\\x'"),
)
PLACES = {
    "services.*.environment": "environment: {A: @}",
    "services.*.labels": "labels:\n      A: @",
    "services.*.command": "command:\n      - @",
    "services.*.hostname": "hostname: @",
    "services.*.init": "init: @",
    "services.*.ports.[]": "ports: [@]",
    "services.*.deploy.replicas": "deploy: {replicas: @}",
    "services.*.configs.[].mode": "configs: [{source: c, mode: @}]",
    "services.*.sysctls": "sysctls: {@: a}",
}


def oddities() -> Iterator[tuple[str, str, str]]:
    """Scalars as YAML may write them, in places of every kind: the key's path, the scalar, the file."""
    for path, place in PLACES.items():
        for scalar in SCALARS:
            yield path, scalar, _ODD.replace("PLACE", place.replace("@", scalar))


_ODD = """services:
  web:
    image: x
    PLACE
configs:
  c: {external: true}
"""

# -- whole projects ------------------------------------------------------------------------------------

_TEXT = st.sampled_from(["a", "b c", "x.y", "1", "true", "${WORD}", "a$$b", "é", "a=b", "0x1f", "null"])
_NUMBER = st.one_of(st.integers(-3, 10**7), st.floats(-1e7, 1e7, allow_nan=False).map(lambda number: round(number, 3)))
_NATURAL = st.one_of(st.integers(0, 70000), st.sampled_from(["${N}"]))
_DURATION = st.sampled_from(["1s", "1m30s", "100ms", "0s", "2h", "1.5s"])
_MAPS = st.dictionaries(st.sampled_from(["A", "b", "c.d", "E_F"]), st.one_of(_TEXT, _NUMBER, st.none()), max_size=3)
_PAIRS = st.one_of(_MAPS, st.lists(st.sampled_from(["A=1", "b", "c.d=x y", "E_F="]), unique=True, max_size=3))
_SET = st.lists(st.sampled_from(["a", "b", "CAP_NET_ADMIN", "sys_time", "ALL"]), unique=True, max_size=3)
_OPTIONS = st.dictionaries(st.sampled_from(["a", "b"]), st.one_of(_TEXT, _NUMBER), max_size=2)

_OF_KIND: dict[str, st.SearchStrategy[Any]] = {
    "text": _TEXT,
    "flag": st.one_of(st.booleans(), st.just("${YES}")),
    "empty": st.none(),
    "integer": st.integers(-3, 1000),
    "natural": _NATURAL,
    "whole": st.integers(1, 60000),
    "number": st.integers(0, 1000),
    "ratio": st.floats(0, 1).map(lambda number: round(number, 3)),
    "count": st.integers(0, 511),
    "duration": _DURATION,
    "order": st.sampled_from(["start-first", "stop-first"]),
    "cpus": st.sampled_from(["0.5", "1", "2.25", ".1"]),
    "size": st.sampled_from(["64m", "1g", "1.5k", "100", "2GB", "1 kib"]),
    "size_number": st.integers(0, 10**9),
    "set": _SET,
    "command": st.one_of(st.sampled_from(["sleep 1d", "sh -c 'a b' # c", 'a\\ b "c"']), st.lists(_TEXT, max_size=3)),
    "pairs": _PAIRS,
    "options": _OPTIONS,
    "scalars": _OPTIONS,
    "exposed": st.lists(st.sampled_from(["80", 81, "82-83"]), unique=True, max_size=2),
}
_OF_KEY: dict[str, st.SearchStrategy[Any]] = {
    "init": st.booleans(),
    "image": st.sampled_from(["x", "nginx:1", "registry:5000/a/b:2", "a@sha256:" + "0" * 64]),
    "deploy.mode": st.sampled_from(["replicated", "global", "replicated-job", "global-job"]),
    "deploy.endpoint_mode": st.sampled_from(["vip", "dnsrr"]),
    "deploy.restart_policy.condition": st.sampled_from(["any", "none", "on-failure"]),
    "restart": st.sampled_from(["no", "always", "unless-stopped", "on-failure", "on-failure:3"]),
    "configs.[].source": st.sampled_from(["c", "d"]),
    "secrets.[].source": st.sampled_from(["c", "d"]),
    "configs.[]": st.sampled_from(["c", "d"]),
    "secrets.[]": st.sampled_from(["c", "d"]),
    "ports.[]": st.one_of(
        st.sampled_from(["80", "8080:80", "81-83", "8000-8002:80-82/udp", 90]),
        st.fixed_dictionaries(
            {"target": st.integers(1, 60000)},
            optional={"published": st.integers(1, 60000), "mode": st.just("host"), "protocol": st.just("udp")},
        ),
    ),
    "volumes.[]": st.one_of(
        st.sampled_from(["/a:/b", "v:/data:ro", "./x:/y:rshared", "/only", "v:/n:nocopy"]),
        st.fixed_dictionaries(
            {"type": st.just("volume"), "source": st.just("v"), "target": st.sampled_from(["/1", "/2"])},
            optional={"read_only": st.booleans(), "volume": st.fixed_dictionaries({"nocopy": st.booleans()})},
        ),
        st.fixed_dictionaries(
            {"type": st.just("tmpfs"), "target": st.sampled_from(["/1", "/3"])},
            optional={"tmpfs": st.fixed_dictionaries({"size": st.integers(0, 10**6)})},
        ),
    ),
    "networks": st.one_of(
        st.lists(st.sampled_from(["n", "m"]), unique=True, max_size=2),
        st.dictionaries(
            st.sampled_from(["n", "m"]),
            st.one_of(
                st.none(),
                st.fixed_dictionaries({}, optional={"aliases": _SET, "ipv4_address": st.just("10.0.0.9")}),
            ),
            max_size=2,
        ),
    ),
    "depends_on": st.lists(st.sampled_from(["web", "db"]), unique=True, max_size=1),
    "dns": st.one_of(st.just("10.0.0.1"), st.lists(st.sampled_from(["10.0.0.1", "10.0.0.2"]), unique=True, max_size=2)),
    "extra_hosts": st.one_of(
        st.dictionaries(st.sampled_from(["h", "i"]), st.sampled_from(["10.0.0.1", "::1", "[::1]"]), max_size=2),
        st.lists(st.sampled_from(["h:10.0.0.1", "i=10.0.0.2", "j:::1"]), unique=True, max_size=2),
    ),
    "credential_spec": st.sampled_from([{"file": "f"}, {"registry": "r"}, {"config": "c"}]),
    "healthcheck.test": st.one_of(st.just("true || false"), st.sampled_from([["CMD", "a"], ["NONE"], []])),
    "ulimits": st.dictionaries(
        st.sampled_from(["nofile", "core"]),
        st.one_of(st.integers(0, 9), st.fixed_dictionaries({"soft": st.integers(0, 9), "hard": st.integers(0, 9)})),
        max_size=2,
    ),
}
# Not part of random projects: what reads files, or has forms that only single cases can say.
_LEFT_OUT = ("env_file", "build", "healthcheck.disable", "shm_size")


def _value(key: Key) -> st.SearchStrategy[Any]:
    if key.path in _OF_KEY:
        return _OF_KEY[key.path]
    kinds = key.kind.split("|")
    made = [_of_kind(kind, key.path) for kind in kinds if kind != "empty" or len(kinds) == 1]
    return st.one_of(*made)


def _of_kind(kind: str, path: str) -> st.SearchStrategy[Any]:
    if kind == "mapping":
        return _mapping(path)
    if kind in ("list", "distinct"):
        items = st.lists(_value(SERVICE_KEYS[f"{path}.[]"]), max_size=3)
        return items.map(_distinct) if kind == "distinct" else items
    return _OF_KIND[kind]


def _distinct(items: list[Any]) -> list[Any]:
    return list({json.dumps(item, sort_keys=True): item for item in items}.values())


def _mapping(path: str) -> st.SearchStrategy[Json]:
    keys = [
        key
        for key in SERVICE_KEYS.values()
        if key.path.rpartition(".")[0] == path and key.kind and key.since != COMPOSE and key.path not in _LEFT_OUT
    ]
    return st.fixed_dictionaries({}, optional={key.path.rpartition(".")[2]: st.deferred(_lazy(key)) for key in keys})


def _lazy(key: Key) -> Any:
    return lambda: _value(key)


def services(newest: int) -> st.SearchStrategy[Json]:
    """A service with a handful of keys of any depth, of the format's versions up to 3.`newest`."""
    top = [
        key
        for key in SERVICE_KEYS.values()
        if "." not in key.path and key.kind and key.since <= newest and key.path not in (*_LEFT_OUT, "image")
    ]
    chosen = st.lists(st.sampled_from(top), unique=True, max_size=8)
    return chosen.flatmap(lambda keys: st.fixed_dictionaries({key.path: _value(key) for key in keys})).flatmap(
        lambda rest: _OF_KEY["image"].map(lambda image: {"image": image, **rest})
    )


def projects(newest: int) -> st.SearchStrategy[Json]:
    """One or two services and the objects they refer to, of the format's versions up to 3.`newest`."""
    return st.fixed_dictionaries({"web": services(newest)}, optional={"db": services(newest)}).map(
        lambda made: {"services": made, **OBJECTS}
    )
