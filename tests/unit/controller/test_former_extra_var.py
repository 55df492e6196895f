"""Variables under the names of earlier releases."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from ansible_collections.dockyard.swarm.plugins.lookup import former_extra_var

DEFAULTS = Path(__file__).resolve().parents[3] / "roles" / "swarm" / "defaults" / "main.yml"


@pytest.fixture
def look(monkeypatch):
    warned: list[str] = []
    monkeypatch.setattr(former_extra_var, "display", SimpleNamespace(warning=warned.append))

    def run(extra, former, **options):
        monkeypatch.setattr(former_extra_var, "load_extra_vars", lambda _loader: extra)
        plugin = former_extra_var.LookupModule()
        plugin._loader, plugin._templar = None, SimpleNamespace(template=lambda value: value)
        chosen = {"name": f"swarm_{former}", "default": None, "text_only": False, **options}
        monkeypatch.setattr(plugin, "set_options", lambda **_more: None)
        monkeypatch.setattr(plugin, "get_option", chosen.__getitem__)
        return plugin.run([former], {"services": "of the inventory", "target": "of the inventory"})[0], warned

    return run


def test_what_the_command_line_sets_counts_and_is_told(look):
    value, warned = look({"target": "w1"}, "target", default="")
    assert value == "w1"
    assert warned == [
        "the variable target is called swarm_target now, and its former name will be removed in the next major "
        "release: use -e swarm_target=..."
    ]


def test_a_variable_of_an_inventory_is_the_users_own(look):
    assert look({}, "target", default="nobody") == ("nobody", [])


@pytest.mark.parametrize("own", [{"web": {"port": 80}}, ["web"], 3])
def test_a_structured_variable_of_the_command_line_is_the_users_own_where_a_text_is_meant(look, own):
    assert look({"services": own}, "services", default="*", text_only=True) == ("*", [])


def test_a_text_of_the_command_line_counts_where_a_text_is_meant(look):
    assert look({"services": "shop_ui"}, "services", default="*", text_only=True)[0] == "shop_ui"


def test_services_are_chosen_by_no_variable_but_the_roles_own():
    said = yaml.safe_load(DEFAULTS.read_text())["swarm_services"]
    assert "'services'" in said
    assert "text_only=true" in said
