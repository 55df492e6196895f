"""Text forms of values: durations, sizes, shell words, ports, mounts."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.mounts import absolute_source, short_mount
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.ports import short_port
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.units import (
    byte_count,
    nanoseconds,
    number_text,
    shell_words,
    single_precision,
)

SECOND = 10**9


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("1s", SECOND),
        ("-1.5s", -3 * SECOND // 2),
        ("+1s", SECOND),
        (".5s", SECOND // 2),
        ("1.s", SECOND),
        ("1h2m3s4ms5us6ns", 3723 * SECOND + 4_005_006),
        ("1µs", 1000),
        ("0.3333333333333333333h", 1200 * SECOND),
        ("9223372036854775807ns", 2**63 - 1),
    ],
)
def test_durations(text: str, value: int) -> None:
    assert nanoseconds(text) == value


@pytest.mark.parametrize(
    "text", ["", "1", "s", "1d", "-", "1e3s", " 1s", "1s ", "--1s", "1h-1m", "1S", "9223372036854775808ns"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|years"):
        nanoseconds(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("64", 64),
        ("64b", 64),
        ("1k", 1024),
        ("1KB", 1024),
        ("1 KiB", 1024),
        ("1.5g", 3 * 2**29),
        ("1T", 2**40),
    ],
)
def test_sizes(text: str, value: int) -> None:
    assert byte_count(text) == value


@pytest.mark.parametrize("text", ["", "k", "-1", "1.2.3", "1e", "1  k", "lots", "99999999p"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match=r"size|bytes"):
        byte_count(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (1.0, "1"),
        (0.5, "0.5"),
        (1e20, "1e+20"),
        (1e6, "1e+06"),
        (999999.5, "999999.5"),
        (12345678.5, "1.23456785e+07"),
        (100000.0, "100000"),
        (0.0001, "0.0001"),
        (0.00001234, "1.234e-05"),
        (-2e6, "-2e+06"),
        (1e21, "1e+21"),
        (1e-5, "1e-05"),
        (-0.0, "-0"),
    ],
)
def test_numbers_as_text(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(("value", "short"), [(0.1, 0.1), (0.25, 0.25), (0.123456789, 0.12345679), (0, 0), (3, 3)])
def test_single_precision(value: float, short: float) -> None:
    assert single_precision(value) == short


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("a  b\tc\nd", ["a", "b", "c", "d"]),
        ("'a b' \"c d\"", ["a b", "c d"]),
        ("a'b'\"c\"", ["abc"]),
        ("'' \"\"", ["", ""]),
        ("a\\ b", ["a b"]),
        ('"a\\"b\\c"', ['a"bc']),
        ("'a\\b'", ["a\\b"]),
        ("a # b\nc", ["a", "c"]),
        ("a#b '#'", ["a#b", "#"]),
    ],
)
def test_shell_words(text: str, words: list[str]) -> None:
    assert shell_words(text) == words


@pytest.mark.parametrize("text", ["'a", '"a', "a\\", '"a\\'])
def test_unfinished_shell_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"not closed|ends in"):
        shell_words(text)


def port(target: int, published: int = 0, protocol: str = "tcp") -> dict[str, Any]:
    result = {"mode": "ingress", "protocol": protocol, "target": target}
    return {**result, "published": published} if published else result


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("80", [port(80)]),
        ("8080:80/UDP", [port(80, 8080, "udp")]),
        ("80-81", [port(80), port(81)]),
        ("90-91:80-81", [port(80, 90), port(81, 91)]),
        ("90-91:80", [port(80, 90), port(80, 91)]),
        ("9-10", [port(10), port(9)]),
        (":80", [port(80)]),
        ("0.0.0.0:90:80", [port(80, 90)]),
    ],
)
def test_short_ports(text: str, ports: list[dict[str, Any]]) -> None:
    assert short_port(text) == (ports, None)


@pytest.mark.parametrize("text", ["127.0.0.1:90:80", "[::1]:90:80", "127.0.0.1::80"])
def test_addresses_of_ports_are_warned_about(text: str) -> None:
    assert "services listen on all addresses" in str(short_port(text)[1])


@pytest.mark.parametrize(
    "text", ["", "80:", "a:80", "host:1:80", "70000", "-1", "80-79", "1-3:80-81", "80/http", "+80", "8 0"]
)
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(ValueError, match=r"port|protocol|address|range"):
        short_port(text)


@pytest.mark.parametrize(
    ("text", "mount"),
    [
        ("/data", {"type": "volume", "target": "/data"}),
        ("ab", {"type": "volume", "target": "ab"}),
        ("data:/data", {"type": "volume", "source": "data", "target": "/data"}),
        ("data:/data:ro,z", {"type": "volume", "source": "data", "target": "/data", "read_only": True}),
        ("data:/data:ro,rw", {"type": "volume", "source": "data", "target": "/data"}),
        ("data:/d:nocopy", {"type": "volume", "source": "data", "target": "/d", "volume": {"nocopy": True}}),
        ("./a:/b:rslave", {"type": "bind", "source": "./a", "target": "/b", "bind": {"propagation": "rslave"}}),
        ("~:/b", {"type": "bind", "source": "~", "target": "/b"}),
        ("C:\\a:D:\\b", {"type": "bind", "source": "C:\\a", "target": "D:\\b"}),
        ("v:/data", {"type": "volume", "target": "v:/data"}),
    ],
)
def test_short_mounts(text: str, mount: dict[str, Any]) -> None:
    assert short_mount(text) == mount


@pytest.mark.parametrize("text", ["", "data::/b", "data:/b:", ":/data", "data:/b:ro:rw"])
def test_what_is_no_mount(text: str) -> None:
    with pytest.raises(ValueError, match=r"empty|too many"):
        short_mount(text)


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("./a", "/stack/a"),
        ("a", "/stack/a"),
        ("../a/../b", "/b"),
        ("~/a", "/home/me/a"),
        ("~", "/home/me"),
        ("/a/../b", "/a/../b"),
        ("C:\\a", "C:\\a"),
        ("\\\\server\\share\\a", "\\\\server\\share\\a"),
    ],
)
def test_sources_of_binds(source: str, path: str) -> None:
    assert absolute_source(source, "/stack", {"HOME": "/home/me"}) == path


def test_home_stays_when_unknown() -> None:
    assert absolute_source("~/a", "/stack", {}) == "/stack/~/a"
