"""What a network and a busy API do, with the number of requests each costs."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleParserError

LIST = "compute.instances.aggregatedList"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import retries

    monkeypatch.setattr(retries, "FIRST_DELAY", 0.01)


@pytest.mark.parametrize(
    ("fault", "requests"),
    [
        ({"kind": "rate_limit", "times": 2}, 3),
        ({"kind": "error", "status": 429, "reason": "rateLimitExceeded", "times": 2}, 3),
        ({"kind": "error", "status": 503, "times": 3}, 4),
        ({"kind": "error", "status": 500, "times": 1}, 2),
        ({"kind": "drop", "times": 2}, 3),
        ({"kind": "lose_answer", "times": 1}, 2),
    ],
)
def test_what_may_pass_is_asked_again(cloud: Any, run: Any, fault: dict[str, Any], requests: int) -> None:
    project = cloud.project({"name": "a"})
    cloud.simulator.faults({**fault, "method": LIST})
    assert set(run(cloud.config([project])).hosts) == {"a"}
    asked = [entry for entry in cloud.simulator.requests() if entry["path"].endswith("/aggregated/instances")]
    assert len(asked) == requests
    assert cloud.tokens == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "status": 400, "reason": "invalid"},
        {"kind": "forbidden"},
        {"kind": "error", "status": 404, "reason": "notFound"},
    ],
)
def test_what_will_not_pass_is_asked_once(cloud: Any, run: Any, fault: dict[str, Any]) -> None:
    project = cloud.project({"name": "a"})
    cloud.simulator.faults({**fault, "method": LIST})
    with pytest.raises(AnsibleParserError):
        run(cloud.config([project]))
    assert len(cloud.calls("aggregatedList")) == 1


def test_an_end_to_patience(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a"})
    cloud.simulator.faults({"kind": "error", "status": 503, "method": LIST})
    with pytest.raises(AnsibleParserError, match="503 backendError after 3 attempts: Backend Error"):
        run(cloud.config([project], retries=2))
    assert len(cloud.calls("aggregatedList")) == 3


def test_a_stalled_server_runs_into_the_time_limit(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a"})
    cloud.simulator.faults({"kind": "stall", "seconds": 3, "method": LIST})
    with pytest.raises(AnsibleParserError, match=r"after 2 attempts: no answer came within 0.3 s"):
        run(cloud.config([project], timeout=0.3, retries=1))


def test_a_server_that_stalls_once_is_asked_again(cloud: Any, run: Any) -> None:
    project = cloud.project({"name": "a"})
    cloud.simulator.faults({"kind": "stall", "seconds": 3, "method": LIST, "times": 1})
    assert set(run(cloud.config([project], timeout=0.5)).hosts) == {"a"}


def test_a_fault_in_the_middle_of_the_pages(cloud: Any, run: Any) -> None:
    project = cloud.project()
    cloud.simulator.ask("POST", "fleet", {"project": project, "count": 1250})
    cloud.simulator.faults(
        {"kind": "drop", "method": LIST, "after": 1, "times": 1},
        {"kind": "rate_limit", "method": LIST, "after": 2, "times": 1},
    )
    result = run(cloud.config([project]))
    assert len(result.hosts) == 1250
    asked = [entry for entry in cloud.simulator.requests() if f"/{project}/aggregated/instances" in entry["path"]]
    assert [entry["status"] for entry in asked] == [200, 0, 200, 403, 200]
    assert cloud.tokens == 1


def test_a_token_endpoint_that_is_away(cloud: Any, run: Any) -> None:
    import json

    key = json.loads(cloud.key_file.read_text())
    key["token_uri"] = "http://127.0.0.1:9/token"
    file = cloud.folder / "away.json"
    file.write_text(json.dumps(key))
    with pytest.raises(AnsibleParserError, match="token endpoint cannot be reached"):
        run(cloud.config([cloud.project()], service_account_file=str(file)))


def test_an_endpoint_that_is_away(cloud: Any, run: Any) -> None:
    config = cloud.config([cloud.project()], api_endpoint="http://127.0.0.1:9/compute/v1", retries=1)
    with pytest.raises(AnsibleParserError, match=r"127.0.0.1:9.*cannot be reached after 2 attempts: .*refused"):
        run(config)


def test_a_projects_rate_quota_is_waited_out(cloud: Any, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import retries

    monkeypatch.setattr(retries, "FIRST_DELAY", 0.3)
    project = cloud.project(rate={"requests": 2, "seconds": 1})
    cloud.simulator.ask("POST", "fleet", {"project": project, "count": 1250})
    assert len(run(cloud.config([project])).hosts) == 1250
    assert 403 in [entry["status"] for entry in cloud.calls("aggregatedList")]
    assert cloud.tokens == 1
