"""Which reason is told for a source that no inventory plugin could read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from ansible_collections.dockyard.swarm.plugins.plugin_utils.inventory_sources import failed_sources, reason_of

WARNINGS = [
    "[WARNING]: Failed to parse inventory with 'ini' plugin: Expected key=value\n\nmore",
    "[WARNING]: Failed to parse inventory with 'auto' plugin: /i/a.gce.yml: Google refused\nthe key.\n\nmore",
    "[WARNING]: Failed to parse inventory with 'yaml' plugin: Plugin configuration YAML file /i/a.gce.yml, not YAML",
]


def manager(sources: list[str], read: list[Any]) -> Any:
    return SimpleNamespace(_sources=sources, _inventory=SimpleNamespace(processed_sources=read))


def test_the_plugin_a_file_names_says_why() -> None:
    assert reason_of("/i/a.gce.yml", WARNINGS) == "Google refused the key."
    assert reason_of("/i/other.yml", WARNINGS) == ""


def test_what_was_read_has_not_failed() -> None:
    assert failed_sources(manager(["/i/a.yml", "host,"], ["/i/a.yml", None, "host,"]), []) == []
    (failed,) = failed_sources(manager(["/i/a.gce.yml", "/i/b.yml"], ["/i/b.yml"]), WARNINGS)
    assert str(failed) == "/i/a.gce.yml: Google refused the key."


def test_nothing_is_claimed_where_nothing_is_known() -> None:
    assert failed_sources(SimpleNamespace(_sources=["/i/a.yml"], _inventory=SimpleNamespace()), []) == []
    assert failed_sources(manager(["/etc/ansible/hosts"], []), []) == []
