"""Answers of engines, as the modules read them, made of the few words that a test is about."""

from __future__ import annotations

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.members.clusters import Host


def node(name, role="worker", state="ready", reachability=None, node_id=None, address=None, **more):
    """A node as a manager lists it. Its id is `id-NAME` unless said otherwise."""
    manager = role == "manager"
    return {
        "id": node_id or f"id-{name}",
        "hostname": name,
        "role": role,
        "availability": "active",
        "state": state,
        "message": "",
        "address": address or f"addr-{name}",
        "engine_version": "26.1.5",
        "labels": {},
        "leader": False,
        "reachability": (reachability or ("reachable" if state == "ready" else "unreachable")) if manager else None,
        "manager_address": f"addr-{name}:2377" if manager else None,
        **more,
    }


def fresh(name):
    """What a host in no swarm answers."""
    return {
        "hostname": name,
        "state": "inactive",
        "role": None,
        "node_id": None,
        "cluster_id": None,
        "remote_managers": [],
        "error": "",
        "encrypted": False,
        "addresses": [f"addr-{name}"],
        "nodes": None,
        "quorum": None,
    }


def worker(name, cluster_id="C", state="active", **more):
    """What a worker answers."""
    return {
        **fresh(name),
        "state": state,
        "role": "worker",
        "node_id": f"id-{name}",
        "cluster_id": cluster_id,
        "remote_managers": [{"node_id": "id-m1", "address": "addr-m1:2377"}],
        **more,
    }


def manager(name, nodes, cluster_id="C", **more):
    """What a manager answers that sees these nodes."""
    managers = [each for each in nodes if each["role"] == "manager"]
    reachable = [each for each in managers if each["reachability"] == "reachable"]
    held = len(reachable) > len(managers) / 2
    return {
        **worker(name, cluster_id),
        "role": "manager",
        "nodes": nodes if held else None,
        "quorum": {"held": True} if held else None,
        "error": "" if held else "The swarm does not have a leader.",
        **more,
    }


def declared(*hosts):
    """Hosts in inventory order. Each is (name, role, answer) or (name, role, answer, more fields)."""
    made = []
    for name, role, answer, *more in hosts:
        made.append(Host(name=name, role=role, answer=answer or {}, **(more[0] if more else {})))
    return made


@pytest.fixture
def make():
    class Make:
        pass

    make = Make()
    make.node, make.fresh, make.worker, make.manager, make.declared = node, fresh, worker, manager, declared
    return make
