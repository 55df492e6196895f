"""A part of a project is its services with exactly what they use."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import Order
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import PlanError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.subset import (
    part_of,
    refuse_missing_dependencies,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import Desired

from tests.unit.stack.specs import service_spec


def shop():
    ui = service_spec("ui", Secrets=[{"SecretName": "shop_key"}])
    api = service_spec("api", Configs=[{"ConfigName": "shop_conf"}])
    api["TaskTemplate"]["Networks"] = [{"Target": "shop_back"}, {"Target": "outer"}]
    return Desired(
        networks={"shop_front": {}, "shop_back": {}},
        configs={"shop_conf": {}},
        secrets={"shop_key": {}},
        services={"shop_ui": ui, "shop_api": api},
        external_networks={"outer"},
    )


def test_a_service_comes_with_what_it_uses_and_no_more():
    part = part_of(shop(), "shop", ["ui"])
    assert (set(part.services), set(part.networks)) == ({"shop_ui"}, {"shop_front"})
    assert (set(part.configs), set(part.secrets), part.external_networks) == (set(), {"shop_key"}, set())
    part = part_of(shop(), "shop", ["api"])
    assert (set(part.networks), set(part.configs), part.external_networks) == ({"shop_back"}, {"shop_conf"}, {"outer"})


def test_a_service_that_the_files_do_not_have():
    with pytest.raises(PlanError, match="no service apo; they have api, ui"):
        part_of(shop(), "shop", ["apo", "ui"])


def test_what_a_part_depends_on_has_to_be_there():
    order = Order({"shop_ui": {"shop_api": "service_started"}})
    refuse_missing_dependencies("shop", order, ["shop_ui"], there=["shop_api"])
    refuse_missing_dependencies("shop", order, ["shop_ui", "shop_api"], there=[])
    with pytest.raises(PlanError, match="service ui depends on api, not deployed yet; name it in only"):
        refuse_missing_dependencies("shop", order, ["shop_ui"], there=[])
