"""Whatever is written into a compose file, the loader answers with a project or with ComposeError.

FUZZ_INPUTS sets the number of inputs of all tests together (`make fuzz` uses 10000).
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import ConvertError, convert
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, Project, load
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.compose_dialect.dotenv import parse
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.keys import FORBIDDEN
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose.stack_dialect.format import PROJECT, SERVICE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

INPUTS = int(os.environ.get("FUZZ_INPUTS", "240"))
HANGING = 60  # seconds after which an input counts as hanging

fuzzed = settings(
    max_examples=max(1, INPUTS // 5),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    print_blob=True,
)

ENVIRONMENT = {"HOME": "/home/me", "SET": "value", "N": "3", "EMPTY": ""}

_KEYS = sorted(
    {*PROJECT.keys, *SERVICE.keys, *FORBIDDEN}
    | {"mode", "replicas", "limits", "cpus", "memory", "source", "target", "type", "file", "external", "name"}
    | {"test", "interval", "retries", "disable", "published", "protocol", "tmpfs", "size", "soft", "hard"}
    | {
        "include",
        "project_directory",
        "format",
        "extends",
        "service",
        "tmpfs",
        "devices",
        "gpus",
        "scale",
        "enable_ipv6",
    }
    | {"depends_on", "profiles", "env_file", "path", "required", "condition", "content", "environment"}
    | {"x-a", "driver", "driver_opts", "options", "ipam", "subnet", "config", "aliases", "condition", "placement"}
)
_TEXTS = st.sampled_from(
    [
        "",
        "a",
        "1",
        "80:80",
        "1-2:3",
        "$",
        "$SET",
        "${N}",
        "${X:?e}",
        "${N:-${SET}}",
        "0.yml",
        "0.env",
        "raw",
        "$$",
        "1s",
        "1g",
        "0.5",
        "yes",
        "~",
        "/a:/b:ro",
        "a:b",
        "c:",
        ":",
        "host",
        "global",
        "replicated-job",
        "3.8",
        "\\\\.\\pipe",
        "[::1]:1:2",
        "'",
        '"',
        "\\",
        "é",
        "\x00",
    ]
)
_SCALARS = st.one_of(
    _TEXTS,
    st.text(max_size=12),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(_KEYS), st.text(max_size=6)), inner, max_size=4),
    ),
    max_leaves=12,
)
_SERVICES = st.dictionaries(
    st.sampled_from(["web", "db"]),
    st.one_of(_VALUES, st.dictionaries(st.sampled_from(sorted(SERVICE.keys)), _VALUES, max_size=6)),
    max_size=2,
)
_DOCUMENTS = st.fixed_dictionaries(
    {"services": st.one_of(_SERVICES, _SERVICES, _VALUES)},
    optional={
        "version": st.sampled_from(["3", "3.0", "3.7", "3.13", "", "2", 3]),
        **dict.fromkeys(("networks", "volumes", "configs", "secrets", "x-a"), _VALUES),
        "include": st.one_of(_VALUES, st.lists(_TEXTS, max_size=2)),
        "name": _SCALARS,
    },
)


@contextmanager
def unless_hanging() -> Iterator[None]:
    """Interrupt what would never end."""

    def interrupt(_signal: int, _frame: object) -> None:
        raise TimeoutError("this input hangs")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(HANGING)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def answers(texts: list[str | bytes], folder: Path) -> None:
    """Load, and convert what could be loaded; nothing but the two errors may come out."""
    files = []
    for number, text in enumerate(texts):
        file = folder / f"{number}.yml"
        file.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
        files.append(str(file))
    with unless_hanging():
        for dialect in ("stack", "compose", "auto"):
            project = loaded(files, dialect)
            if project is not None:
                json.dumps(project.config)
                assert all(convertible(project, api_version) is not None for api_version in ("1.41", "1.45"))


def loaded(files: list[str], dialect: str) -> Project | None:
    with suppress(ComposeError):
        return load(files, ENVIRONMENT, dialect=dialect)
    return None


def convertible(project: Project, api_version: str) -> bool:
    with suppress(ConvertError):
        convert(project.config, "stack", api_version, project.config_data, project.secret_data)
        return True
    return False


@fuzzed
@given(data=st.binary(max_size=200))
def test_bytes(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    answers([data], tmp_path_factory.getbasetemp())


@fuzzed
@given(text=st.text(alphabet=st.sampled_from(list("abx:- \n\t#&*!?|>'\"[]{},<$%@`~0.1eservic")), max_size=80))
def test_near_yaml(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    answers([text, "services:\n  " + text], tmp_path_factory.getbasetemp())


@fuzzed
@given(document=_DOCUMENTS)
def test_documents(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    answers([yaml.dump(document, allow_unicode=True)], tmp_path_factory.getbasetemp())


@fuzzed
@given(documents=st.lists(_DOCUMENTS, min_size=2, max_size=3))
def test_several_files(documents: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> None:
    for document in documents:
        document["version"] = "3.13"
    answers([yaml.dump(document) for document in documents], tmp_path_factory.getbasetemp())


@fuzzed
@given(text=st.text(alphabet=st.sampled_from(list("AB01_=: \n\t#$\\{}'\"-?+.export\r")), max_size=60))
def test_files_of_variables(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "0.env").write_bytes(text.encode())
    with suppress(ComposeError), unless_hanging():
        found = parse(text, "0.env", ENVIRONMENT)
        assert all(isinstance(value, str) for value in found.values())
    answers(["name: x\nservices: {web: {image: x, env_file: [0.env, {path: 0.env, format: raw}]}}"], folder)


def test_five_hundred_services(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Prints how long they take to load."""
    service = {
        "image": "registry:5000/box:${N}",
        "command": "sleep 1d",
        "environment": {f"NAME_{n}": f"value {n}" for n in range(8)},
        "labels": [f"label.{n}={n}" for n in range(4)],
        "ports": ["80", {"target": 81, "mode": "host"}],
        "networks": ["front", "back"],
        "volumes": ["data:/data", "./here:/there:ro"],
        "healthcheck": {"test": "true", "interval": "10s"},
        "deploy": {"replicas": 2, "resources": {"limits": {"cpus": "0.5", "memory": "64m"}}},
    }
    document = {
        "services": {f"service-{n}": service for n in range(500)},
        "networks": {"front": None, "back": None},
        "volumes": {"data": None},
    }
    file = tmp_path / "large.yml"
    file.write_text(json.dumps(document, indent=1))
    for dialect in ("stack", "compose"):
        begin = time.monotonic()
        project = load([str(file)], ENVIRONMENT, dialect=dialect)
        seconds = time.monotonic() - begin
        with capsys.disabled():
            lines = len(file.read_text().splitlines())
            print(f"\n500 services, {lines} lines, dialect {dialect}: loaded in {seconds:.2f} s")
        assert len(project.config["services"]) == 500
