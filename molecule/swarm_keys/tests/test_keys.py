"""After the teardown nothing of the swarm is left on any host."""

from __future__ import annotations

import pytest

HOSTS = ["keys-m1", "keys-w1", "keys-w2"]


@pytest.mark.parametrize("name", HOSTS)
class TestTornDown:
    def test_host_is_in_no_swarm(self, membership, name):
        swarm = membership(name)
        assert (swarm["LocalNodeState"], swarm["NodeID"]) == ("inactive", "")

    def test_host_has_neither_tasks_nor_networks_of_it(self, ask, name):
        assert ask(name, "/containers/json?all=true") == []
        assert [network["Name"] for network in ask(name, "/networks") if network["Scope"] == "swarm"] == []

    def test_host_keeps_no_keys_of_it(self, inventory, name):
        host = inventory.get_host(name)
        assert host.check_output("find /var/lib/docker/swarm -name '*.key' -o -name '*.crt' -o -name 'wal-v3*'") == ""

    def test_no_join_token_or_unlock_key_was_written_anywhere(self, inventory, name):
        host = inventory.get_host(name)
        assert "SWMKEY" not in host.check_output("journalctl --no-pager --boot")
        assert host.run("grep -rlsIE 'SWMTKN|SWMKEY' /root /home /tmp /etc").stdout == ""

    def test_host_holds_no_lock(self, inventory, name):
        held = inventory.get_host(name).file("/run/dockyard.swarm/deploy.lock")
        assert not held.exists or held.size == 0
