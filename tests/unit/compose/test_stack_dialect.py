"""What the docker CLI 28.5 makes of rarer forms, in the dialect stack: each was seen to differ before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import Project
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.units import byte_count

Json = dict[str, Any]
Load = Callable[..., Project]


def web(load: Load, *texts: str, **choices: Any) -> Json:
    """The service `web` of files that say more of it."""
    service: Json = load(*(f"services:\n  web:\n    image: x\n{text}" for text in texts), **choices).config["services"]
    return dict(service["web"])


def test_subpath_of_a_volume(compose: Load) -> None:
    text = "    volumes: [{type: volume, source: v, target: /t, volume: {subpath: data}}]\nvolumes: {v: {}}\n"
    assert web(compose, text)["volumes"][0]["volume"] == {"subpath": "data"}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            '{SOURCE: c, Target: /t, UID: "1", Gid: "2", Mode: 256}',
            {"target": "/t", "uid": "1", "gid": "2", "mode": 256},
        ),
        ('{source: c, uid: "1", UID: "2"}', {"uid": "2"}),
        ("{source: c, mode: 1, Mode: 2}", {"mode": 2}),
        ("{source: c, UID: null}", {}),
    ],
)
@pytest.mark.parametrize("section", ["configs", "secrets"])
def test_letters_of_references(compose: Load, section: str, written: str, expected: Json) -> None:
    text = f"    {section}: [{written}]\n{section}: {{c: {{external: true}}}}\n"
    assert web(compose, text)[section] == [{"source": "c", **expected}]


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        ("{type: bind, source: /a, target: /t, bind: {Propagation: shared}}", {"propagation": "shared"}),
        (
            "{type: bind, source: /a, target: /t, bind: {Propagation: shared, propagation: slave}}",
            {"propagation": "shared"},
        ),
        ("{type: volume, source: v, target: /t, volume: {NoCopy: true, SubPath: d}}", {"nocopy": True, "subpath": "d"}),
        ("{type: volume, source: v, target: /t, volume: {nocopy: true, NoCopy: false}}", {"nocopy": True}),
        ("{type: tmpfs, target: /t, tmpfs: {Size: 5, size: 6}}", {"size": 5}),
    ],
)
def test_letters_of_mounts(compose: Load, mount: str, expected: Json) -> None:
    (found,) = web(compose, f"    volumes: [{mount}]\nvolumes: {{v: {{}}}}\n")["volumes"]
    assert found[found["type"]] == expected


def test_letters_of_build(compose: Load) -> None:
    build = web(compose, "    build: {Context: ., ARGS: {a: b}, DockerFile: z, Cache_from: [x]}\n")["build"]
    assert build == {"context": ".", "args": {"a": "b"}, "dockerfile": "z", "cache_from": ["x"]}


def test_one_key_in_letters_of_which_the_cli_takes_any(refused: Callable[..., list[str]]) -> None:
    (problem,) = refused(
        'services:\n  web:\n    image: x\n    configs: [{source: c, uid: "1", Uid: "2"}]\n'
        "configs: {c: {external: true}}\n"
    )
    assert problem.startswith("stack.yml:4: service web: configs[0].Uid: uid and Uid are one key")


def test_other_letters_where_the_format_is_closed(refused: Callable[..., list[str]]) -> None:
    (problem,) = refused("services:\n  web:\n    image: x\n    Command: y\n")
    assert 'Command: unknown key; did you mean "command"?' in problem


def test_what_is_dropped_is_told(compose: Load) -> None:
    project = compose(
        "services:\n"
        "  web:\n"
        "    image: x\n"
        "    tmpfs: /run\n"
        "    volumes:\n"
        "      - {type: bind, source: /a, target: /b, bind: {create_host_path: false, selinux: z, other: 1}}\n"
        "    networks: {n: {ipv4_address: 10.0.0.2}}\n"
        "networks: {n: {}}\n"
    )
    told = [warning.split(": ", 1)[1].partition(": has no effect")[0] for warning in project.warnings]
    assert sorted(told) == [
        "service web: networks.n.ipv4_address",
        "service web: tmpfs",
        "service web: volumes[0].bind.other",
        "service web: volumes[0].bind.selinux",
    ]


def test_auto_moves_to_compose_where_dropping_a_key_is_an_error(compose: Load) -> None:
    text = "services:\n  web:\n    image: x\n    tmpfs: /run\n"
    assert compose(text, dialect="auto").dialect == "stack"
    project = compose(text, dialect="auto", unsupported="error")
    assert project.dialect == "compose"
    assert project.config["services"]["web"]["volumes"] == [{"type": "tmpfs", "target": "/run"}]


def test_driver_opts_of_the_first_file_stay(compose: Load) -> None:
    networks = [
        "    networks: {n: {driver_opts: {a: 1, b: 2}, aliases: [x], ipv4_address: 10.0.0.2}}\nnetworks: {n: {}}\n",
        "    networks: {n: {driver_opts: {a: 5, c: 2}, aliases: [y], ipv6_address: '::1'}}\n",
    ]
    assert web(compose, *networks)["networks"]["n"] == {
        "driver_opts": {"a": "1", "b": "2"},
        "aliases": ["y"],
        "ipv4_address": "10.0.0.2",
        "ipv6_address": "::1",
    }


def test_driver_opts_of_a_later_file_alone(compose: Load) -> None:
    without = ["    networks: {n: {aliases: [x]}}\nnetworks: {n: {}}\n", "    networks: {n: {driver_opts: {a: 5}}}\n"]
    assert web(compose, *without)["networks"]["n"] == {}
    empty = ["    networks: [n]\nnetworks: {n: {}}\n", "    networks: {n: {driver_opts: {a: 5}}}\n"]
    assert web(compose, *empty)["networks"]["n"] == {"driver_opts": {"a": "5"}}


def test_floats_in_texts(compose: Load) -> None:
    service = web(compose, "    environment: {A: 1000000.0, B: 1e6, C: 100000.0}\n    sysctls: {a: 12345678.5}\n")
    assert service["environment"] == {"A": "1e+06", "B": "1e+06", "C": "100000"}
    assert service["sysctls"] == {"a": "1.23456785e+07"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [(".5g", 2**29), ("5.", 5), ("1. g", 2**30), ("+5", 5), ("1e3", 1000), ("1e+2k", 102400), ("5 gib", 5 * 2**30)],
)
def test_sizes(text: str, expected: int) -> None:
    assert byte_count(text) == expected


@pytest.mark.parametrize("text", ["5ib", "5ki", "-1", "5  g", " 5g", "1,000", "0x10", ".", "5e", "inf", ""])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        byte_count(text)


@pytest.mark.parametrize("written", ["'${UNSET}'", "['${UNSET}']", "''"])
def test_an_env_file_without_a_name(refused: Callable[..., list[str]], written: str) -> None:
    (problem,) = refused(f"services:\n  web:\n    image: x\n    env_file: {written}\n")
    assert "service web: env_file" in problem
    assert "names no file; a variable in it is perhaps not set" in problem


def test_a_mode_that_no_engine_can_hold(refused: Callable[..., list[str]]) -> None:
    (problem,) = refused(
        "services:\n  web:\n    image: x\n    configs: [{source: c, mode: 4294967296}]\n"
        "configs: {c: {external: true}}\n"
    )
    assert problem == "stack.yml:4: service web: configs[0].mode: 4294967296 is too large"
