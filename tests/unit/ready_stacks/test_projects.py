"""From a switch in the inventory to an entry of stack_projects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import convert
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import load
from ansible_collections.dockyard.swarm.plugins.plugin_utils.ready_stacks import (
    ReadyStackError,
    project_of,
    read_ready_stack,
)
from jinja2 import Environment

ROOT = Path(__file__).parents[3]
STACKS = ROOT / "stacks"


def project(given: dict[str, Any], stacks: Path = STACKS, name: str = "monitoring") -> dict[str, Any]:
    environment = Environment(trim_blocks=True, autoescape=False)  # as Ansible renders
    environment.filters["to_json"] = lambda value: f'"{value}"'
    return project_of(
        read_ready_stack(stacks, name), given, lambda text, variables: environment.from_string(text).render(**variables)
    )


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    (folder / "configs").mkdir(parents=True)
    (folder / "compose.yml").touch()
    (folder / "compose.extra.yml").touch()
    (folder / "configs" / "web.cfg.j2").write_text("{{ options.size }} {{ options.token }}")
    described = {"options": {"size": 1, "extra": False, "token": "", "images": {"web": "web:1"}}, "secrets": ["token"]}
    (folder / "defaults.yml").write_text(yaml.safe_dump(described))
    return tmp_path


def test_options_become_variables(small: Path) -> None:
    made = project({"size": 5}, small, "small")
    assert made["environment"] == {"SMALL_SIZE": "5", "SMALL_EXTRA": "false", "SMALL_IMAGES_WEB": "web:1"}
    assert made["name"] == "small"


def test_a_file_of_an_option_is_merged_when_the_option_is_set(small: Path) -> None:
    assert [Path(file).name for file in project({}, small, "small")["files"]] == ["compose.yml"]
    assert [Path(file).name for file in project({"extra": True}, small, "small")["files"]] == [
        "compose.yml",
        "compose.extra.yml",
    ]


def test_a_secret_is_content_of_a_secret_and_nothing_else(small: Path) -> None:
    made = project({"token": "s3cr3t"}, small, "small")
    assert made.pop("secret_content") == {"token": "s3cr3t"}
    assert "s3cr3t" not in repr(made)
    assert made["config_content"] == {"web": "1 True"}


def test_an_absent_stack_needs_no_options(small: Path) -> None:
    made = project({"state": "absent"}, small, "small")
    assert made == {"name": "small", "state": "absent", "files": [str(small / "small" / "compose.yml")]}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"sice": 1}, "swarm_stacks.small has no option sice (did you mean size?)"),
        ({"images": {"wep": "x"}}, "swarm_stacks.small.images has no key wep (did you mean web?)"),
        ({"images": "x"}, "swarm_stacks.small.images must be a mapping, not str"),
        ({"size": {"a": 1}}, "swarm_stacks.small.size must be a single value, not dict"),
    ],
)
def test_what_is_wrong_is_told_with_a_suggestion(small: Path, given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ReadyStackError) as raised:
        project(given, small, "small")
    assert sentence in str(raised.value)


def test_an_unknown_stack_is_told_with_those_there_are(small: Path) -> None:
    with pytest.raises(ReadyStackError, match=r"there is no ready-made stack smal \(did you mean small\?\)"):
        project({}, small, "smal")


EVERY_OPTION = {
    "slack_webhook": "https://hooks.example.com/x",
    "slack_channel": "#ops",
    "webhook": "https://example.com/x",
    "pagerduty_key": "k",
    "email_to": "ops@example.com",
    "email_from": "swarm@example.com",
    "email_smarthost": "mail:587",
    "email_username": "u",
    "email_password": "p",
    "dead_mans_switch": "https://example.com/alive",
    "engine_metrics_port": 9323,
    "redis": "db:6379",
    "postgres": "postgresql://u:p@db/x",
    "cadvisor": True,
}


@pytest.mark.parametrize("given", [{}, EVERY_OPTION], ids=["as it comes", "with every option"])
def test_monitoring_loads_and_its_configs_are_yaml(given: dict[str, Any]) -> None:
    made = project(given)
    contents = {("configs", key): text.encode() for key, text in made["config_content"].items()}
    contents |= {("secrets", key): text.encode() for key, text in made["secret_content"].items()}
    loaded = load(made["files"], made["environment"], contents=contents)
    assert not loaded.warnings
    for api_version in ("1.41", "1.45"):
        desired = convert(loaded.config, "monitoring", api_version, loaded.config_data, loaded.secret_data)
        assert not desired.warnings
    assert len(loaded.config["services"]) == (10 if given else 7)
    for text in made["config_content"].values():
        assert isinstance(yaml.safe_load(text), dict)


def test_every_option_of_a_stack_stands_in_the_role_s_argument_spec() -> None:
    specs = yaml.safe_load((ROOT / "roles" / "ready_stacks" / "meta" / "argument_specs.yml").read_text())
    declared = specs["argument_specs"]["main"]["options"]["swarm_stacks"]["options"]
    for name in sorted(path.parent.name for path in STACKS.glob("*/defaults.yml")):
        own = read_ready_stack(STACKS, name).defaults
        deploy = {"state", "wait_timeout", "plan_file", "unsupported", "host_credentials"}
        assert set(declared[name]["options"]) == set(own) | deploy


def test_every_alert_has_a_runbook() -> None:
    rules = yaml.safe_load((STACKS / "monitoring" / "alerts" / "monitoring.yml").read_text())
    tests = (STACKS / "monitoring" / "alerts" / "monitoring_test.yml").read_text()
    page = (ROOT / "docs" / "monitoring.md").read_text()
    for alert in (rule["alert"] for group in rules["groups"] for rule in group["rules"]):
        assert alert in page, f"{alert} is not in docs/monitoring.md"
        assert f"alertname: {alert}" in tests, f"{alert} is not tried by promtool"
