"""The role offers for each project what the module offers, with the same defaults."""

from __future__ import annotations

from pathlib import Path

import yaml
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import stack_argument_spec

ROLE = Path(__file__).resolve().parents[3] / "roles" / "stack"
# Filled in by the action plugin, or by the role itself.
_BY_THE_ROLE = ("without_swarm", "defer_changes")
_INTERNAL = ("project", "origin", *_BY_THE_ROLE)


def _options():
    specs = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())
    return specs["argument_specs"]["main"]["options"]["stack_projects"]["options"]


def test_every_option_is_there_with_its_default():
    module = {name: option for name, option in stack_argument_spec().items() if name not in _INTERNAL}
    role = _options()
    assert sorted(role) == sorted(module)
    # A project without a default of its own gets the module's, which for lists of files is none.
    assert {name: option.get("default") for name, option in role.items()} == {
        name: option.get("default") for name, option in module.items()
    }
    assert {name: option.get("choices") for name, option in role.items()} == {
        name: option.get("choices") for name, option in module.items()
    }


def test_every_option_is_passed_on():
    (deploy,) = [
        task["dockyard.swarm.stack"]
        for task in yaml.safe_load((ROLE / "tasks" / "deploy.yml").read_text())
        if "dockyard.swarm.stack" in task
    ]
    assert sorted(deploy) == sorted([*_options(), *_BY_THE_ROLE])
