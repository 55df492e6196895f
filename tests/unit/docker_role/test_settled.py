"""When a host needs no further step: what the steps themselves would find is all that counts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._host import look as settled
from ansible_collections.dockyard.swarm.plugins.module_utils._host.config.apply import ConfigError
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.distribution import UnsupportedHostError
from ansible_collections.dockyard.swarm.plugins.module_utils._host.packages.plan import PackageError
from ansible_collections.dockyard.swarm.plugins.module_utils._host.unit import Unit

RUNS = Unit(exists=True, active=True, enabled=True, started=100.0)
MEMBER = {"ServerVersion": "26.1.5", "Swarm": {"LocalNodeState": "active", "NodeID": "n1"}}
PACKAGES = {"source": "distribution", "version": "", "hold": None, "extras": []}
CONFIG = {"daemon": {}, "defaults": True, "proxy": None, "tls": None, "hardening": "none", "swarm_member": False}


def answer(value):
    """A stand-in that returns the value, or raises it where it is an error."""

    def stand_in(*_arguments, **_options):
        if isinstance(value, Exception):
            raise value
        return value

    return stand_in


@pytest.fixture
def look(monkeypatch):
    """Look at a host that is as declared but for what the test says."""

    def look(version="", *, unit=RUNS, info=MEMBER, pending=("none", []), install=False, configure=False):
        packages = install if isinstance(install, Exception) else SimpleNamespace(changed=install)
        config = configure if isinstance(configure, Exception) else SimpleNamespace(changed=configure)
        monkeypatch.setattr(settled.service, "current_unit", answer(unit))
        monkeypatch.setattr(settled.service, "read_info", answer(info))
        monkeypatch.setattr(settled.service, "read_pending", answer(pending))
        monkeypatch.setattr(settled.install, "plan", answer(packages))
        monkeypatch.setattr(settled.engine_config, "plan", answer(config))
        return settled.look(
            {**PACKAGES, "version": version}, CONFIG, answer((0, "", "")), "unix:///var/run/docker.sock"
        )

    return look


def test_a_host_as_declared_is_settled_and_its_engine_was_asked(look):
    seen = look()
    assert seen.settled
    assert seen.info == MEMBER


@pytest.mark.parametrize(
    "drift",
    [
        {"unit": Unit()},
        {"unit": Unit(exists=True, enabled=True)},
        {"unit": Unit(exists=True, active=True, started=100.0)},
        {"unit": Unit(exists=True, active=True, enabled=True, stale=True, started=100.0)},
        {"info": EngineError("no Docker Engine answers")},
        {"pending": ("reload", ["labels"])},
        {"pending": ("restart", ["package docker.io"])},
        {"install": True},
        {"install": PackageError("no source has it")},
        {"install": UnsupportedHostError("not a distribution that is known")},
        {"configure": True},
        {"configure": ConfigError("a key is wrong")},
        {"version": "latest"},
    ],
)
def test_whatever_a_step_would_change_or_complain_about_is_left_to_it(look, drift):
    assert not look(**drift).settled


def test_an_engine_that_runs_is_told_of_even_if_there_is_something_to_do(look):
    assert look(install=True).info == MEMBER
    assert look(unit=Unit(exists=True)).info == {}
