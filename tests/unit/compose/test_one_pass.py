"""All faults of the files are told in one pass, one sentence each: variables, format, meaning, contents."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, load
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.errors import in_order
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.pruning import without_faults

TEN = """
services:
  web:
    image: nginx
    environment:
      A: ${NEEDED:?say it}
    deploy:
      replicas: many
      resources: {limits: {cpus: lots}}
    healthcheck: {test: "true", interval: 10}
    hostnam: x
    configs: [c]
  app:
    image: nginx
    restart: sometimes
    networks: [gone]
    volumes: [{type: nothing, target: /x}]
  d: {}
configs:
  c: {file: ./nothere}
"""
WORDS = [
    "service web: environment.A: the required variable NEEDED is not set: say it",
    "service web: deploy.replicas: must be an integer, not the",
    'service web: deploy.resources.limits.cpus: "lots" is not a number of CPUs',
    "service web: healthcheck.interval: must be a string, not the number 10; write 10s",
    'service web: hostnam: unknown key; did you mean "hostname"?',
    'service app: restart: "sometimes" is not a restart policy',
    'service app: networks.gone: the network "gone" is not defined',
    'service app: volumes[0].type: "nothing" is not a type of mount',
    "service d: needs an `image`",
    "config c: file:",
]


@pytest.fixture
def faults(tmp_path):
    def run(text: str, dialect: str = "stack", environment: Any = None) -> ComposeError:
        (tmp_path / "compose.yml").write_text(textwrap.dedent(text).lstrip())
        with pytest.raises(ComposeError) as caught:
            load([str(tmp_path / "compose.yml")], environment or {}, dialect=dialect)
        return caught.value

    return run


@pytest.mark.parametrize("dialect", ["stack", "compose", "auto"])
def test_ten_faults_of_all_stages(faults, dialect):
    problems = in_order(faults(TEN, dialect).problems)
    assert len(problems) == len(WORDS), problems
    for problem, words in zip(problems, WORDS, strict=True):
        assert words in problem
        assert "compose.yml:" in problem


def test_the_rest_can_be_looked_at(faults):
    partial = faults(TEN).partial
    assert sorted(partial.config["services"]) == ["app", "d", "web"]
    # Not empty: nobody knows.
    assert partial.config_data == {"c": b"unread"}
    assert "services.web.hostnam" in partial.places


FOLLOW_UPS = [
    ("services: {a: {imag: x}}", 1),
    ("services: {a: {image: 5}}", 1),
    ("services: {a: {image: '${X:?}'}}", 1),
    ("services: {a: {image: x, networks: [n]}}\nnetworks: {n: 5}", 1),
    ("services: {a: {image: x, networks: [n]}}\nnetworks: {n: {drivr: x}}", 1),
    ("services: {a: {image: x, configs: [c]}}\nconfigs: {c: {file: '${X:?}'}}", 1),
    ("services: {a: {image: x, configs: [c]}}\nconfigs: {c: {fil: x}}", 1),
    ("services: {a: {image: x, volumes: ['v:/v']}}\nvolumes: {v: [x]}", 1),
    ("services: {a: 5, b: {image: x, depends_on: [a]}}", 1),
    ("services: {a: {image: x, ports: ['x:y', '80:80']}}", 1),
    ("services: []", 1),
    ("service: {}\nservices: {a: {image: x, restart: never}}", 2),
]


@pytest.mark.parametrize(("text", "count"), FOLLOW_UPS)
def test_a_fault_is_told_once_and_nothing_that_only_follows_from_it(faults, text, count):
    assert len(faults(text).problems) == count, faults(text).problems


def test_warnings_are_told_once(tmp_path):
    file = tmp_path / "compose.yml"
    file.write_text("services: {a: {image: x, privileged: true, restart: never}}\n")
    with pytest.raises(ComposeError) as caught:
        load([str(file)], {})
    assert len([text for text in caught.value.partial.warnings if "privileged" in text]) == 1


@pytest.mark.parametrize(
    ("value", "advice"),
    [("10", "write 10s"), ("1.5", "write 1.5s"), ("true", "must be a string, not true")],
)
def test_a_number_is_no_duration_with_quotes_either(faults, value, advice):
    (problem,) = faults(f"services: {{a: {{image: x, healthcheck: {{test: 'true', interval: {value}}}}}}}").problems
    assert advice in problem
    assert "quotes" not in problem


def test_the_order_is_that_of_the_files():
    assert in_order(["b.yml:2: x", "a.yml:10: x", "a.yml:9: x", "no file"]) == [
        "no file",
        "a.yml:9: x",
        "a.yml:10: x",
        "b.yml:2: x",
    ]


def test_what_cannot_be_taken_out_ends_the_pass():
    assert without_faults({"services": []}, [("services",)]) is None
    assert without_faults({"services": {}}, []) is None
    assert without_faults({"services": {"a": {"image": "unknown"}}}, [("services", "a", "image")]) is None
    assert without_faults({"x": 1, "services": {}}, [("x",)]) == {"services": {}}
