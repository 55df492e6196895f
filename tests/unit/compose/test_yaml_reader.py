"""YAML means what it means to the docker CLI."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.yaml_reader import plain_value, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("~", None),
        ("Null", None),
        ("0440", 0o440),
        ("0o440", 0o440),
        ("-0o7", -7),
        ("08", 8.0),
        ("0o8", "0o8"),
        ("0x1F", 31),
        ("0b101", 5),
        ("-0b11", -3),
        ("0b2", "0b2"),
        ("1_000", 1000),
        ("22:22", "22:22"),
        ("2024-02-29", "2024-02-29"),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("+.5", 0.5),
        ("1.2.3", "1.2.3"),
        ("1e400", "1e400"),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", float(2**64)),
        ("=", "="),
        ("-", "-"),
        (".", "."),
        ("+", "+"),
    ],
)
def test_plain_scalars(text: str, value: object) -> None:
    assert plain_value(text) == value
    assert type(plain_value(text)) is type(value)


def test_quoted_scalars_are_text() -> None:
    assert read("a: '012'\nb: \"~\"\nc: !!str 5\n", "f").data == {"a": "012", "b": "~", "c": "5"}


def test_explicit_tags() -> None:
    assert read("a: !!float 5\nb: !!binary aGVsbG8=\nc: !!int '7'\n", "f").data == {"a": 5.0, "b": "hello", "c": 7}


def test_own_keys_win_over_merged_ones_and_earlier_merges_over_later() -> None:
    text = "x: &x {k: x, only-x: 1}\ny: &y {k: y, only-y: 1}\nz:\n  <<: [*x, *y]\n  only-y: 2\n"
    assert read(text, "f").data["z"] == {"k": "x", "only-x": 1, "only-y": 2}


def test_merged_mappings_may_merge_themselves() -> None:
    text = "a: &a {k: a}\nb: &b {<<: *a, l: b}\nc: {<<: *b}\n"
    assert read(text, "f").data["c"] == {"k": "a", "l": "b"}


def test_lines_of_keys_and_items_are_kept() -> None:
    document = read("services:\n  web:\n    ports:\n      - 80\n      - 81\n", "stack.yml")
    assert document.source.line(("services", "web")) == 2
    assert document.source.line(("services", "web", "ports", 1)) == 5
    assert document.source.line(("services", "web", "ports", 1, "target")) == 5
    assert document.source.line(("nowhere",)) is None


def test_only_the_first_document_is_read() -> None:
    document = read("a: 1\n---\nb: 2\n", "f")
    assert document.data == {"a": 1}
    assert document.more
    assert not read("a: 1\n", "f").more


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\n", "f:2: not valid YAML"),
        ("a:\n\tb: 1", "f:2: not valid YAML"),
        ("- a", "f: the top level must be a mapping"),
        ("", "f: the top level must be a mapping"),
        ("a: *b", "f:1: no anchor &b stands before this alias"),
        ("a: &a\n  b: *a", "f:2: anchor &a contains itself"),
        ("a: 1\nb: 2\na: 3", 'f:3: the key "a" stands twice, first in line 1'),
        ("a:\n  1: x", "f:2: a.?: 1 is not a string and cannot be a key"),
        ("? [a]\n: b", "a list or mapping is not a string and cannot be a key"),
        ("a: {~: x}", "None is not a string"),
        ("a: {<<: 5}", "f:1: << takes a mapping"),
        ("a: .inf", "f:1: .inf is not a number to work with"),
        ("a: !!int x", "f:1: `x` cannot be read as !!int"),
        (b"\xff\xfe\xff", "f: "),
        ("[" * 200 + "]" * 200, "levels deep"),
    ],
)
def test_faults_name_file_and_line(text: str | bytes, message: str) -> None:
    with pytest.raises(ComposeError) as fault:
        read(text, "f")
    assert message in str(fault.value)


def test_alias_bombs_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ComposeError, match="aliases expand to more than"):
        read("\n".join(lines), "f")


@pytest.mark.parametrize(
    ("text", "much"),
    [
        ("s: &s " + "x" * 1_000_000 + "\nl: [" + ", ".join(["*s"] * 40) + "]\n", "characters of text"),
        ("k: &k " + "x" * 1_000_000 + "\nl:\n" + "  - {*k : 1}\n" * 40, "characters of text"),
        (
            "m: &m {? "
            + "x" * 900
            + "\n : 1}\nl: &l ["
            + ", ".join(["*m"] * 200)
            + "]\n"
            + "n: ["
            + "*l, " * 200
            + "]",
            "",
        ),
    ],
)
def test_bombs_of_long_texts_and_of_keys_are_refused(text: str, much: str) -> None:
    with pytest.raises(ComposeError, match=f"aliases expand to more than [0-9]+ {much}"):
        read(text, "f")


def test_merge_bombs_are_refused() -> None:
    lines = ["a0: &a0 {k: x}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 12)]
    with pytest.raises(ComposeError, match="aliases expand to more than"):
        read("\n".join(lines), "f")


def test_a_key_that_stands_twice_in_a_merged_mapping_is_refused() -> None:
    with pytest.raises(ComposeError, match='f:1: the key "image" stands twice'):
        read("web: {<<: {image: i, image: j}}\n", "f")


def test_tags_follow_what_an_alias_or_a_merge_key_brings() -> None:
    text = "x: &x {a: !reset 1, b: !override [!reset 2]}\ny: *x\nz:\n  <<: [{c: !reset 3}, *x]\n  a: 4\n"
    tags = read(text, "f").tags
    assert {path: tag for path, tag in tags.items() if path[0] == "y"} == {
        ("y", "a"): "!reset",
        ("y", "b"): "!override",
        ("y", "b", 0): "!reset",
    }
    assert {path: tag for path, tag in tags.items() if path[0] == "z"} == {
        ("z", "b"): "!override",
        ("z", "b", 0): "!reset",
        ("z", "c"): "!reset",
    }


def test_an_anchor_may_be_given_again_and_aliases_do_not_share() -> None:
    data = read("a: &x {k: 1}\nb: *x\nc: &x [2]\nd: *x\n", "f").data
    assert data == {"a": {"k": 1}, "b": {"k": 1}, "c": [2], "d": [2]}
    data["b"]["k"] = 3
    assert data["a"] == {"k": 1}


def test_a_plain_double_angle_is_text_where_it_is_a_value() -> None:
    document = read("a: <<\nb: {'<<': 1}\n", "f")
    assert document.data == {"a": "<<", "b": {"<<": 1}}
    assert document.tags == {}
