"""Variables in the dialect `compose`."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.expansion import expand

ENVIRONMENT = {"SET": "value", "EMPTY": "", "OTHER": "other"}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("$SET-rest ${SET}", "value-rest value"),
        ("$$SET $$$SET", "$SET $value"),
        ("[$UNSET${EMPTY}]", "[]"),
        ("${UNSET:-${SET}}", "value"),
        ("${UNSET:-a ${EMPTY:-b ${OTHER}} c}", "a b other c"),
        ("${UNSET-${EMPTY}}", ""),
        ("${EMPTY-d}${EMPTY:-d}", "d"),
        ("${SET:+yes}${EMPTY:+no}${EMPTY+yes}${UNSET+no}", "yesyes"),
        ("${SET:?needed}", "value"),
        ("${UNSET:-a}}", "a}"),
        ("a$ $ $1 ^(.*)$ $(x)", "a$ $ $1 ^(.*)$ $(x)"),
        ('${UNSET:-{"a":{"b":1}}} ${SET}', '{"a":{"b":1}} value'),
        ("${UNSET:-{a}", "{a"),
        ("${UNSET:-}}", "}"),
        ("${UNSET:-{}}", "{}"),
        ("${UNSET:-{{ .Node.Hostname }}}", "{{ .Node.Hostname }}"),
        ("${UNSET:-$$SET}", "$SET"),
        ("${UNSET:-b}${SET:-c}", "bvalue"),
        ("${UNSET-b:-c}", "b:-c"),
        ("$SET:-b", "value:-b"),
    ],
)
def test_forms(text: str, result: str) -> None:
    assert expand(text, ENVIRONMENT) == result


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${1}", "is no variable"),
        ("${SET", "is not closed"),
        ("${}", "is no variable"),
        ("${SET BAR}", "is no variable"),
        ("${UNSET:?say $SET}", "the required variable UNSET is not set: say value"),
        ("${UNSET:-a\nb}", "is not closed"),
        ("${SET:-${UNSET:?asked}}", "the required variable UNSET is not set: asked"),
        ("${SET:=b}", "is no variable"),
        ("${EMPTY:?}", "the required variable EMPTY is empty"),
        ("${A:-" * 30 + "}" * 30, "deep"),
    ],
)
def test_faults(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as fault:
        expand(text, ENVIRONMENT)
    assert message in str(fault.value)
