"""What becomes of one service is told without its secret values."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._service.change import read_cluster
from ansible_collections.dockyard.swarm.plugins.module_utils._service.decide import ROLLED_BACK, decide
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.sensitive import HIDDEN
from ansible_collections.dockyard.swarm.plugins.modules import service

from tests.unit.stack.fake_swarm import FakeEngine, Swarm
from tests.unit.stack.test_lost_lock import fast  # noqa: F401 (a fixture)
from tests.unit.stack.test_sensitive import deploy, nothing_planted_in, secret_request


def test_a_rollback_of_one_service_is_told_without_values_from_vaults_and_by_name():
    engine = FakeEngine(Swarm())
    deploy(engine, secret_request("hunter2-old", vaulted="fromthevault"))
    deploy(engine, secret_request("hunter2-new", vaulted="t0ken-of-splunk"))
    cluster = read_cluster(engine, False, lambda _reference: None)
    change = decide("shop_ui", ROLLED_BACK, None, cluster)
    assert nothing_planted_in(str(change.differences)) != []
    shown = service._without_secrets(engine, change, cluster)
    assert nothing_planted_in(str(shown.differences), service._diff([shown])) == []
    assert {(item.key, item.after) for item in shown.differences} == {
        ("environment.DB_PASSWORD", HIDDEN),
        ("environment.GREETING", HIDDEN),
    }
