# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ready-made stacks: convert an entry of `swarm_stacks` to an entry of `stack_projects`.

A ready-made stack is a folder in `stacks/`:

- `compose.yml`, and `compose.OPTION.yml`, which is merged when that option is set;
- `defaults.yml`: its options with their defaults, and which of them are secrets;
- `configs/NAME.j2`: the template of the config NAME in the compose file, rendered with `options`.

An option NAME becomes the variable STACK_NAME of the compose files (a mapping: one variable for each key). A secret
becomes the content of the secret with its name, and no variable.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ansible.template import trust_as_template

# Options of every ready-made stack that are passed on to the deploy.
DEPLOY_OPTIONS = ("state", "wait_timeout", "plan_file", "unsupported", "host_credentials")

Render = Callable[[str, Mapping[str, Any]], str]


class ReadyStackError(Exception):
    """An entry of `swarm_stacks` is invalid."""


@dataclass(frozen=True)
class ReadyStack:
    """A ready-made stack as its folder describes it.

    Attributes:
        folder: where its compose.yml is.
        defaults: its options with their defaults.
        secrets: which of them are secrets.
        templates: the config templates, by the config's key.
    """

    name: str
    folder: Path
    defaults: Mapping[str, Any]
    secrets: frozenset[str]
    templates: Mapping[str, str]


def read_ready_stack(stacks: Path, name: str) -> ReadyStack:
    """Read a stack's folder.

    Raises:
        ReadyStackError: there is no stack with that name.
    """
    known = sorted(path.parent.name for path in stacks.glob("*/defaults.yml"))
    if name not in known:
        raise ReadyStackError(
            f"there is no ready-made stack {name}{_did_you_mean(name, known)}; the existing ones are {_listed(known)}"
        )
    folder = stacks / name
    described = yaml.safe_load((folder / "defaults.yml").read_text(encoding="utf-8"))
    templates = {
        path.name.split(".")[0]: path.read_text(encoding="utf-8") for path in sorted((folder / "configs").glob("*.j2"))
    }
    return ReadyStack(name, folder, described["options"], frozenset(described.get("secrets", [])), templates)


def projects_of(stacks: Path, switches: Mapping[str, Any], render: Render) -> list[dict[str, Any]]:
    """The entries of `stack_projects` for all entries of `swarm_stacks`, in their order.

    Args:
        stacks: the folder of ready-made stacks.
        switches: options by name of the stack (`swarm_stacks`).

    Raises:
        ReadyStackError: one of them is invalid.
    """
    projects = []
    for name, given in switches.items():
        if not isinstance(given or {}, Mapping):
            raise ReadyStackError(f"swarm_stacks.{name} must be a mapping of options, such as {{}}")
        projects.append(project_of(read_ready_stack(stacks, str(name)), given or {}, render))
    return projects


def renderer(templar: Any) -> Render:
    """A function that renders templates as Ansible does, with the given variables only."""

    def render(text: str, variables: Mapping[str, Any]) -> str:
        own = templar.copy_with_new_env(available_variables=dict(variables))
        return str(own.template(trust_as_template(text)))

    return render


def project_of(stack: ReadyStack, given: Mapping[str, Any], render: Render) -> dict[str, Any]:
    """The entry of `stack_projects` that deploys a ready-made stack.

    Args:
        given: the options set in the inventory, including DEPLOY_OPTIONS.
        render: renders a template's text with variables.

    Raises:
        ReadyStackError: an option is unknown, or has another type than its default.
    """
    _check(stack, given)
    deploy = {key: given[key] for key in DEPLOY_OPTIONS if key in given}
    project: dict[str, Any] = {"name": stack.name, "files": [str(stack.folder / "compose.yml")], **deploy}
    if deploy.get("state", "present") != "present":
        return project
    options = {key: _merged(default, given.get(key)) for key, default in stack.defaults.items()}
    files = [stack.folder / f"compose.{key}.yml" for key in sorted(options) if options[key]]
    project["files"] += [str(file) for file in files if file.is_file()]
    project["environment"] = _variables(stack, options)
    project["secret_content"] = {key: str(options[key]) for key in sorted(stack.secrets) if options[key]}
    # Templates get to know whether a secret is set, but not its value.
    shown = {key: bool(value) if key in stack.secrets else value for key, value in options.items()}
    project["config_content"] = {key: render(text, {"options": shown}) for key, text in stack.templates.items()}
    return project


def _check(stack: ReadyStack, given: Mapping[str, Any]) -> None:
    known = [*stack.defaults, *DEPLOY_OPTIONS]
    for key, value in given.items():
        if key not in known:
            raise ReadyStackError(
                f"swarm_stacks.{stack.name} has no option {key}{_did_you_mean(key, known)}; its options are "
                f"{_listed(known)}"
            )
        default = stack.defaults.get(key)
        if isinstance(default, Mapping):
            if not isinstance(value, Mapping):
                raise ReadyStackError(f"swarm_stacks.{stack.name}.{key} must be a mapping, not {type(value).__name__}")
            for inner in value:
                if inner not in default:
                    raise ReadyStackError(
                        f"swarm_stacks.{stack.name}.{key} has no key {inner}{_did_you_mean(inner, default)}; "
                        f"its keys are {_listed(default)}"
                    )
        elif isinstance(value, (Mapping, list)) and not isinstance(default, list):
            raise ReadyStackError(f"swarm_stacks.{stack.name}.{key} must be a single value, not {type(value).__name__}")


def _merged(default: Any, given: Any) -> Any:
    if given is None:
        return default
    return {**default, **given} if isinstance(default, Mapping) else given


def _variables(stack: ReadyStack, options: Mapping[str, Any]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for key, value in options.items():
        name = f"{stack.name}_{key}".upper()
        if key in stack.secrets or isinstance(value, list):
            continue
        if isinstance(value, Mapping):
            variables.update({f"{name}_{inner.upper()}": _text(text) for inner, text in value.items()})
        else:
            variables[name] = _text(value)
    return variables


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _did_you_mean(name: Any, known: Any) -> str:
    close = difflib.get_close_matches(str(name), [str(item) for item in known], n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _listed(names: Any) -> str:
    return ", ".join(str(name) for name in names) or "none"
