"""References become ids, and what was sent to the manager arrives there as it was."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply import submit
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import Step
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import (
    LoadedProject,
    pack_project,
    unpack_project,
)

from tests.unit.stack.specs import service_spec

IDS = {"config": {"shop_conf": "c1"}, "secret": {"shop_key": "s1"}}


def test_names_of_configs_and_secrets_get_their_ids():
    spec = service_spec(
        Configs=[{"ConfigName": "shop_conf"}],
        Secrets=[{"SecretName": "shop_key"}],
        Privileges={"CredentialSpec": {"Config": "shop_conf"}},
    )
    container = submit.with_ids(spec, IDS)["TaskTemplate"]["ContainerSpec"]
    assert container["Configs"] == [{"ConfigName": "shop_conf", "ConfigID": "c1"}]
    assert container["Secrets"] == [{"SecretName": "shop_key", "SecretID": "s1"}]
    assert container["Privileges"]["CredentialSpec"]["Config"] == "c1"
    assert "ConfigID" not in spec["TaskTemplate"]["ContainerSpec"]["Configs"][0]


def test_a_name_that_stands_for_nothing_is_an_error():
    with pytest.raises(EngineError, match="secret shop_gone does not exist"):
        submit.with_ids(service_spec(Secrets=[{"SecretName": "shop_gone"}]), IDS)


def test_a_project_survives_its_way_to_the_manager():
    config = {"services": {"ui": {"image": "x"}}}
    project = LoadedProject(config, {"conf": b"\x00\xff"}, {"key": b"text"}, {"web": {"db": "service_healthy"}})
    packed = pack_project(project)
    assert unpack_project(packed) == project


@pytest.mark.parametrize(
    ("kind", "reason", "gone"),
    [
        ("service", "network shop_front not found", True),
        ("service", "secret shop_key not found", False),
        ("network", "network shop_front not found", False),
    ],
)
def test_a_network_that_was_removed_a_moment_ago_is_known_by_the_engines_words(kind, reason, gone):
    assert submit.ApplyError(Step(kind, "shop_ui", "ui", "create"), reason, []).network_is_gone is gone
