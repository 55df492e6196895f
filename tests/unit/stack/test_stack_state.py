"""A stack is described by its own objects, and what nothing refers to is named."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.wait import View
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.current import unlisted_networks
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.stack_state import (
    Seen,
    describe,
    stack_names,
)

from tests.unit.stack.specs import NODES, content, network, service, service_spec, task


def seen():
    spec = service_spec(Secrets=[{"SecretID": "id-of-shop_key", "SecretName": "shop_key"}])
    spec["TaskTemplate"]["Networks"] = [{"Target": "id-of-shop_front"}]
    ui = service(spec)
    other = content("lonely_key")
    other["Spec"]["Labels"] = {"com.docker.stack.namespace": "lonely"}
    return Seen(
        [ui],
        [network("shop_front"), network("shop_back"), network("ingress", Labels=None)],
        [content("shop_conf")],
        [content("shop_key"), other],
        View({"shop_ui": ui}, {"shop_ui": [task("running"), task("pending", 2, slot=2, err="no node")]}, NODES),
    )


def test_every_stack_is_named():
    assert stack_names(seen()) == ["lonely", "shop"]


def test_a_stack_is_told_with_what_nothing_uses():
    told = describe(seen(), "shop")
    assert told["exists"]
    assert told["orphaned"] == {"networks": ["shop_back"], "configs": ["shop_conf"], "secrets": []}
    (ui,) = told["services"]
    assert (ui["mode"], ui["running"], ui["desired"], ui["converged"]) == ("replicated", 1, 2, False)
    assert [(item["node"], item["state"], item["error"]) for item in told["tasks"]] == [
        ("w1", "running", ""),
        ("w1", "pending", "no node"),
    ]


def test_an_unknown_stack_does_not_exist():
    assert not describe(Seen(), "shop")["exists"]


class Inspected:
    """The one call of the engine that is needed."""

    def network(self, network_id):
        if network_id == "removed":
            raise EngineError("no such network", 404)
        return {"Id": network_id, "Name": "host", "Scope": "swarm"}


def test_networks_that_no_list_shows_are_asked_for_by_id():
    spec = service_spec()
    spec["TaskTemplate"]["Networks"] = [
        {"Target": "id-of-shop_front"},
        {"Target": "swarms-host"},
        {"Target": "removed"},
    ]
    found = unlisted_networks(Inspected(), [service(spec)], [network("shop_front")])
    assert [item["Id"] for item in found] == ["swarms-host"]
