"""All modules run alike: options in, one call, a result or one sentence out."""

from __future__ import annotations

import ast
import io
import json
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible.module_utils.testing import patch_module_args
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError
from ansible_collections.dockyard.swarm.plugins.module_utils._module.run import run_module

MODULES = sorted((Path(__file__).parents[3] / "plugins" / "modules").glob("*.py"))
#: Have no code on the host: an action plugin decides on the controller.
WITHOUT_CODE = {
    path.stem
    for path in MODULES
    if "def main" not in path.read_text() and (path.parents[1] / "action" / path.name).exists()
}


def outcome_of(act, capsys, **options: Any) -> dict[str, Any]:
    """What a module that does this returns."""
    with patch_module_args(options), pytest.raises(SystemExit):
        run_module(act, {"name": {"type": "str"}})
    return json.loads(capsys.readouterr().out)


def test_the_result_is_what_the_call_returns(capsys):
    outcome = outcome_of(lambda module: {"changed": True, "name": module.params["name"]}, capsys, name="a")
    assert outcome["changed"] is True
    assert outcome["name"] == "a"


def test_nothing_said_of_a_change_is_none(capsys):
    assert outcome_of(lambda _module: {}, capsys)["changed"] is False


def test_warnings_of_the_result_are_told(monkeypatch, capsys):
    told, deprecated = [], []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _self, warning, **_more: told.append(warning))
    monkeypatch.setattr(basic.AnsibleModule, "deprecate", lambda _self, message, **_more: deprecated.append(message))
    outcome_of(lambda _module: {"warnings": ["watch out"]}, capsys)
    assert told == ["watch out"]
    # As a key of the result ansible-core has them told for a while still.
    assert deprecated == []


def test_an_error_for_the_user_is_one_sentence_with_its_values(capsys):
    def act(_module):
        raise UserError("the engine is asleep: wake it", steps=["start"])

    outcome = outcome_of(act, capsys)
    assert outcome["failed"] is True
    assert outcome["msg"] == "the engine is asleep: wake it"
    assert outcome["steps"] == ["start"]
    assert "exception" not in outcome


def test_missing_rights_name_the_way_to_get_them(capsys):
    def act(_module):
        raise PermissionError(13, "Permission denied", "/etc/docker/daemon.json")

    message = outcome_of(act, capsys)["msg"]
    assert "/etc/docker/daemon.json" in message
    assert "become: true" in message
    assert "-K" in message


def test_any_other_error_is_a_fault_of_ours_and_keeps_its_traceback():
    def act(_module):
        raise KeyError("oops")

    with patch_module_args({}), pytest.raises(KeyError):
        run_module(act, {})


def test_every_module_supports_check_mode(monkeypatch, capsys):
    seen = {}

    class Seen(basic.AnsibleModule):
        def __init__(self, *args, **kwargs):
            seen.update(kwargs)
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(f"{run_module.__module__}.AnsibleModule", Seen)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    outcome_of(lambda _module: {}, capsys)
    assert seen["supports_check_mode"] is True


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.stem not in WITHOUT_CODE], ids=lambda path: path.stem
)
def test_every_module_is_run_by_the_one_runner(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    (call,) = functions["main"].body
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert ast.unparse(call.value.func) == "run_module"
    text = ast.unparse(tree)
    assert [word for word in ("exit_json(", "fail_json(", "AnsibleModule(") if word in text] == []
