"""What the checks cost and what they leave: two reads more where something changes, none where nothing does."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.submit import ApplyError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.deploy_request import request_from_project
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.operations import deploy_stack, plan_request
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import PlanError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import LoadedProject, stack_argument_spec

from tests.unit.stack.fake_swarm import FakeEngine, Swarm


@pytest.fixture
def reads():
    return []


@pytest.fixture
def swarm():
    return Swarm()


@pytest.fixture
def engine(swarm, reads):
    return FakeEngine(swarm, before_read=reads.append)


def request(services=None, **more):
    known = {**engine_argument_spec(), **stack_argument_spec()}
    params = {name: item.get("default") for name, item in known.items()}
    params |= {"name": "shop", "resolve_image": "never", "wait": False, "keep_deployments": 0, "docker_host": ""}
    config = {"services": services or {"ui": {"image": "ui:1"}}, "networks": {}}
    project = LoadedProject({**config, **more.pop("sections", {})}, places={"services.ui": "compose.yml:2"})
    return request_from_project({**params, **more}, project, "1.45", lambda _reference: None)


def deployed(engine, asked):
    return deploy_stack(engine, asked, *plan_request(engine, asked))


def test_an_unchanged_stack_is_read_once(engine, reads):
    deployed(engine, request())
    reads.clear()
    plan, _current = plan_request(engine, request())
    assert not plan.changed
    with_checks = sorted(reads)
    reads.clear()
    plan_request(engine, request(preflight="skip"))
    assert with_checks == sorted(reads)
    assert "/nodes" not in reads


def test_an_unchanged_deploy_sends_the_same_requests_with_the_checks_and_without(swarm, engine, reads):
    """Counted at the transport: a whole deploy of the module, its waiting included."""

    def requests(level):
        reads.clear()
        swarm.changes.clear()
        result = deployed(engine, request(preflight=level, wait=True))
        assert not result.warnings
        return sorted(reads), list(swarm.changes)

    deployed(engine, request())
    for service in swarm.objects["services"].values():
        service["UpdatedAt"] = "2026-01-01T00:00:00Z"  # long enough ago that nothing is watched any more
    without, with_checks, warned = (requests(level) for level in ("skip", "error", "warn"))
    assert with_checks == without == warned
    reads_of_it, changes = without
    assert changes == []
    assert len(reads_of_it) == 9, reads_of_it


def test_a_change_costs_two_reads_more(engine, reads):
    deployed(engine, request())
    changed = {"ui": {"image": "ui:2"}}
    reads.clear()
    plan_request(engine, request(changed, preflight="skip"))
    without = list(reads)
    reads.clear()
    plan_request(engine, request(changed))
    assert sorted(reads) == sorted([*without, "/nodes", "/services"])


def test_plugins_are_asked_for_only_where_a_secret_wants_one(swarm, engine, reads):
    swarm.objects["plugins"] = {}
    plan_request(engine, request())
    assert "/plugins" not in reads
    with pytest.raises(PlanError, match='no plugin "vault" for secrets'):
        plan_request(engine, request(sections={"secrets": {"s": {"driver": "vault"}}}))
    assert reads.count("/plugins") == 1


FAULTY = {"ui": {"image": "ui:1", "deploy": {"placement": {"constraints": ["foo == bar"]}}}}


def test_what_is_refused_changes_nothing_and_is_told_with_its_place(swarm, engine):
    with pytest.raises(PlanError) as caught:
        deployed(engine, request(FAULTY))
    assert str(caught.value).startswith("compose.yml:2: service ui: deploy.placement.constraints[0]: no node can ever")
    assert swarm.changes == []


def test_faults_of_the_cluster_and_of_the_files_are_told_together(engine):
    services = {**FAULTY, "web": {"image": "web:1", "networks": {"gone": None}}}
    networks = {"gone": {"external": True, "name": "gone"}}
    with pytest.raises(PlanError) as caught:
        plan_request(engine, request(services, sections={"networks": networks}))
    assert len(str(caught.value).splitlines()) == 2


def test_as_warnings_they_stop_nothing(engine):
    plan, _current = plan_request(engine, request(FAULTY, preflight="warn"))
    assert plan.changed
    assert len(plan.warnings) == 1


def test_another_mode_is_made_again(engine):
    deployed(engine, request())
    asked = request({"ui": {"image": "ui:1", "deploy": {"mode": "global"}}})
    with pytest.raises(PlanError, match="cannot become global"):
        plan_request(engine, asked)
    asked = request({"ui": {"image": "ui:1", "deploy": {"mode": "global"}}}, recreate_services=True)
    plan, _current = plan_request(engine, asked)
    (step,) = [step for step in plan.steps if step.kind == "service"]
    assert (step.action, step.recreate) == ("update", True)
    assert ("service", "recreated") in [(item.key, item.after) for item in step.differences]


def test_a_secret_of_a_driver_without_options_stays(swarm, engine):
    """The engine leaves out options that are not there."""
    interface = {"Types": ["docker.secretprovider/1.0"]}
    swarm.objects["plugins"] = {"p": {"Name": "vault", "Enabled": True, "Config": {"Interface": interface}}}
    asked = request(sections={"secrets": {"s": {"driver": "vault"}}})
    deployed(engine, asked)
    (secret,) = swarm.objects["secrets"].values()
    secret["Spec"]["Driver"] = {"Name": "vault"}
    secret["Spec"].pop("Data", None)
    plan, _current = plan_request(engine, asked)
    assert not plan.changed


def test_what_the_engine_refuses_after_all_pushes_no_good_deployment_out_of_the_history(swarm, engine):
    deployed(engine, request(keep_deployments=2))
    kept = swarm.names("configs")
    assert kept
    swarm.refused.add("ui:broken")
    for _attempt in range(3):
        with pytest.raises(ApplyError):
            deployed(engine, request({"ui": {"image": "ui:broken"}}, keep_deployments=2))
    assert swarm.names("configs") == kept
