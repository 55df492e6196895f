"""Layer 2: what the engine has after our deploy is what it has after `docker stack deploy`, object by object."""

from __future__ import annotations

from typing import Any

import pytest
from corpus import Case, cases
from deployments import Findings
from engines import GENERATIONS

DEPLOYABLE = [case for case in cases() if case.deployable_by_cli]


@pytest.mark.parametrize("kind", ["services", "networks", "configs", "secrets"])
@pytest.mark.parametrize("api_version", GENERATIONS)
@pytest.mark.parametrize("case", DEPLOYABLE, ids=lambda case: case.name)
def test_specs_are_equal(case: Case, api_version: str, kind: str, findings: Any) -> None:
    found: Findings = findings(case, api_version)
    assert found.by_us[kind] == found.by_cli[kind]
