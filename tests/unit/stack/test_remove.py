"""What somebody else removes at the same moment is gone all the same."""

from __future__ import annotations

import time

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.apply.remove import remove_steps
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import NETWORK, REMOVE, Step


class Engine:
    """Answers the removal of a network with an error, and lists none."""

    secret_remove = config_remove = None

    def __init__(self, error):
        self.error = error

    def network_remove(self, _network_id):
        raise self.error

    def networks(self):
        return []


def remove(error):
    step = Step(action=REMOVE, kind=NETWORK, name="shop_front", short="front", object_id="n1")
    remove_steps(Engine(error), "shop", [step], time.monotonic())


@pytest.mark.parametrize("status", [404, 500])
def test_a_network_that_has_just_gone_is_no_error(status):
    remove(EngineError("network xw0b39bthybj5139eaeatqxoy8 not found", status))


def test_any_other_fault_is_one():
    with pytest.raises(EngineError, match="rpc error"):
        remove(EngineError("rpc error: the network shop_front not found in the store", 500))
