"""Variables are substituted as the docker CLI does, and cast by path."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import ComposeError, Source
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.interpolation import interpolate

ENVIRONMENT = {"SET": "value", "EMPTY": "", "N": "5", "YES": "yes"}


def substituted(value: Any, warnings: list[str] | None = None) -> Any:
    return interpolate({"x": value}, ENVIRONMENT, Source("f"), [] if warnings is None else warnings)["x"]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain", "plain"),
        ("$SET/${SET}", "value/value"),
        ("[$UNSET][${EMPTY}]", "[][]"),
        ("$$SET $$", "$SET $"),
        ("${UNSET:-d}|${EMPTY:-d}|${SET:-d}", "d|d|value"),
        ("${UNSET-d}|${EMPTY-d}|${SET-d}", "d||value"),
        ("${SET:?e}${SET?e}${EMPTY?e}", "valuevalue"),
        ("${UNSET:-${SET}}", "${SET}"),
        ("${UNSET:-a:-b}", "a:-b"),
        ("${UNSET:-a?b}", "a?b"),
        ("$UNSET-rest of it", "rest of it"),
        ("$SET-rest of it", "value"),
        ("$SET:8080", "value:8080"),
        ("${set}", ""),
    ],
)
def test_forms(text: str, result: str) -> None:
    assert substituted(text) == result


def test_only_values_of_strings_change() -> None:
    assert substituted({"$SET": ["$SET", 5, None, True]}) == {"$SET": ["value", 5, None, True]}


@pytest.mark.parametrize(
    "text", ["$", "a$", "$1", "${}", "${1}", "${SET", "$ SET", "${SET BAR}", "${SET:+x}", "$SET $1"]
)
def test_invalid_templates(text: str) -> None:
    with pytest.raises(ComposeError, match=r"write \$\$ for a plain \$"):
        substituted(text)


def test_a_stray_dollar_before_a_variable_is_dropped_with_a_warning() -> None:
    warnings: list[str] = []
    assert substituted("$1 $SET", warnings) == "1 value"
    assert "begins no variable name" in warnings[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${UNSET:?say which}", "the required variable UNSET is not set: say which"),
        ("${UNSET?}", "the required variable UNSET is not set"),
        ("${EMPTY:?say which}", "the required variable EMPTY is empty: say which"),
        ("${UNSET:?first} $SET", "the required variable UNSET is not set: first"),
    ],
)
def test_required_variables(text: str, message: str) -> None:
    with pytest.raises(ComposeError) as fault:
        substituted(text)
    assert message in str(fault.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ComposeError) as fault:
        substituted(["$", "${UNSET?}", "$SET"])
    assert len(fault.value.problems) == 2


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("services.web.deploy.replicas", "$N", 5),
        ("services.web.ports.0.published", "${N}", 5),
        ("services.web.tty", "$YES", True),
        ("services.web.ulimits.nofile", "$N", 5),
        ("services.web.deploy.update_config.max_failure_ratio", "0.$N", 0.5),
        ("services.web.labels.replicas", "$N", "5"),
        ("networks.n.external", "$YES", True),
        ("networks.n.driver", "$YES", "yes"),
    ],
)
def test_casts_by_path(path: str, text: str, value: object) -> None:
    result = interpolate(_nested(path.split("."), text), ENVIRONMENT, Source("f"), [])
    for part in path.split("."):
        result = result[int(part)] if part.isdigit() else result[part]
    assert result == value
    assert type(result) is type(value)


def test_values_without_variables_are_not_cast() -> None:
    data = {"services": {"web": {"deploy": {"replicas": "5"}}}}
    assert interpolate(data, ENVIRONMENT, Source("f"), []) == data


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("services.web.deploy.replicas", "is not an integer"),
        ("services.web.tty", "is not a boolean"),
        ("services.web.deploy.update_config.max_failure_ratio", "is not a number"),
    ],
)
def test_bad_casts(path: str, message: str) -> None:
    with pytest.raises(ComposeError, match=message):
        interpolate(_nested(path.split("."), "$SET"), ENVIRONMENT, Source("f"), [])


def _nested(parts: list[str], value: object) -> Any:
    if not parts:
        return value
    inner = _nested(parts[1:], value)
    return [inner] if parts[0].isdigit() else {parts[0]: inner}
