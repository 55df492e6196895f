"""Compose files written by tests, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.dockyard.swarm.plugins.plugin_utils._compose import ComposeError, Project, load

Load = Callable[..., Project]


@pytest.fixture
def compose(tmp_path: Path) -> Load:
    """Load the texts as files stack.yml, stack2.yml, ... of one folder."""

    def load_texts(*texts: str, environment: Mapping[str, str] | None = None, **choices: Any) -> Project:
        files = [tmp_path / f"stack{number if number > 1 else ''}.yml" for number in range(1, len(texts) + 1)]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8")
        return load([str(file) for file in files], environment or {}, **choices)

    return load_texts


@pytest.fixture
def refused(compose: Load, tmp_path: Path) -> Callable[..., list[str]]:
    """The problems of the texts, with the folder's name taken out."""

    def problems_of(*texts: str, environment: Mapping[str, str] | None = None) -> list[str]:
        with pytest.raises(ComposeError) as fault:
            compose(*texts, environment=environment)
        return [problem.replace(f"{tmp_path}/", "") for problem in fault.value.problems]

    return problems_of
