"""Layer 3: we change nothing in the CLI's deployments, and the CLI restarts no task in ours."""

from __future__ import annotations

from typing import Any

import pytest
from corpus import Case, cases
from engines import GENERATIONS

DEPLOYABLE = [case for case in cases() if case.deployable_by_cli]


@pytest.mark.parametrize("api_version", GENERATIONS)
@pytest.mark.parametrize("case", DEPLOYABLE, ids=lambda case: case.name)
def test_nothing_to_change_in_what_the_cli_deployed(case: Case, api_version: str, findings: Any) -> None:
    assert findings(case, api_version).plan_over_cli == ""


@pytest.mark.parametrize("api_version", GENERATIONS)
@pytest.mark.parametrize("case", DEPLOYABLE, ids=lambda case: case.name)
def test_the_cli_restarts_no_task_of_what_we_deployed(case: Case, api_version: str, findings: Any) -> None:
    found = findings(case, api_version)
    assert found.replaced_by_cli == []
    assert found.changed_by_cli == []
