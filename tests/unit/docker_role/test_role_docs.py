"""The role's argument specification is true: each default is the one in defaults/main.yml, and no template."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

ROLE = Path(__file__).parents[3] / "roles" / "docker"
OPTIONS = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
DEFAULTS = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())


def test_every_variable_is_described():
    assert set(OPTIONS) == set(DEFAULTS)


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_the_default_is_the_one_that_holds(name: str):
    default = DEFAULTS[name]
    if isinstance(default, str) and "{{" in default:
        # Documentation has no place for a template of a boolean; the description says when it holds.
        assert "default" not in OPTIONS[name]
        assert "default" in OPTIONS[name]["description"].lower()
    else:
        assert OPTIONS[name]["default"] == default
