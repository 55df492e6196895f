"""The role's swarm_settings are the settings of the module `cluster`, each by its name and type."""

from __future__ import annotations

from pathlib import Path

import yaml
from ansible_collections.dockyard.swarm.plugins.module_utils._swarm.cluster.settings import SETTINGS
from ansible_collections.dockyard.swarm.plugins.modules.cluster import argument_spec

ROLE = Path(__file__).parents[3] / "roles" / "swarm" / "meta" / "argument_specs.yml"


def test_every_setting_is_a_suboption_with_the_same_type() -> None:
    role = yaml.safe_load(ROLE.read_text())["argument_specs"]["main"]["options"]["swarm_settings"]["options"]
    module = argument_spec()
    assert {name: option["type"] for name, option in role.items()} == {name: module[name]["type"] for name in SETTINGS}
