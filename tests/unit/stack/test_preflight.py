"""What a file takes for granted is checked before anything is made, and all of it is told."""

from __future__ import annotations

from ansible_collections.dockyard.swarm.plugins.module_utils._stack.preflight.taken_for_granted import (
    external_problems,
    taken_names,
)

from tests.unit.stack.specs import content, network, service, service_spec


def problems(networks=(), configs=(), secrets=(), wanted_networks=(), wanted_configs=(), wanted_secrets=()):
    return external_problems(networks, configs, secrets, wanted_networks, wanted_configs, wanted_secrets)


def test_what_is_there_is_no_problem():
    assert (
        problems(
            [network("net")], [content("conf")], [content("key")], ["net", "host", "bridge", "none"], ["conf"], ["key"]
        )
        == []
    )


def test_all_that_is_missing_is_told():
    found = problems(wanted_networks=["net"], wanted_configs=["conf"], wanted_secrets=["key"])
    assert [text.split(" is external")[0] for text in found] == ["network net", "config conf", "secret key"]


def test_a_network_of_one_engine_is_not_the_swarms():
    (found,) = problems([network("net", Scope="local")], wanted_networks=["net"])
    assert "its scope is local, not swarm" in found


def test_a_swarm_network_beside_a_local_one_of_the_same_name_will_do():
    assert problems([network("net", Scope="local"), network("net")], wanted_networks=["net"]) == []


def foreign(labels):
    return service({**service_spec(), "Labels": labels})


def test_a_taken_name_tells_its_owner():
    (found,) = taken_names(["shop_ui"], [foreign({})], "shop")
    assert "belongs to no stack" in found
    (found,) = taken_names(["shop_ui"], [foreign({"com.docker.stack.namespace": "other"})], "shop")
    assert "belongs to stack other" in found


def test_own_and_unwanted_services_are_no_problem():
    assert taken_names(["shop_ui"], [service()], "shop") == []
    assert taken_names(["shop_u"], [foreign({})], "shop") == []
