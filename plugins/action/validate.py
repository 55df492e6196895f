# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `validate`: runs only on the controller; checks the inventory and the files that it refers to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import engine_argument_spec
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import stack_argument_spec
from ansible_collections.dockyard.swarm.plugins.plugin_utils._validate import names, specs
from ansible_collections.dockyard.swarm.plugins.plugin_utils._validate.findings import Findings
from ansible_collections.dockyard.swarm.plugins.plugin_utils.new_stack import NewStackError, check_files
from ansible_collections.dockyard.swarm.plugins.plugin_utils.ready_stacks import ReadyStackError, projects_of, renderer
from ansible_collections.dockyard.swarm.plugins.plugin_utils.stack_project import ProjectError, read_project

COLLECTION = Path(__file__).resolve().parents[2]
# The groups to whose hosts the variables of a role apply; variables of other roles apply to the controller.
_OF_GROUP = {"docker": "docker_hosts", "swarm": "swarm_managers:swarm_workers", "stack": "swarm_managers"}
_LOCALHOST = "localhost"
# Prefixes of names that are only known after a host was asked, or during a run.
_LATER = ("ansible_", "hostvars", "_")


class ActionModule(ActionBase):
    """See the documentation of the module of the same name."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Check everything, and fail with all problems at once."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(
            argument_spec={
                "unknown_variables": {"type": "str", "choices": ["error", "warn", "ignore"], "default": "error"},
                "known_variables": {"type": "list", "elements": "str", "default": []},
            }
        )
        self._variables = task_vars or {}
        self._specs = specs.role_specs(COLLECTION)
        faults, unknown, warnings = Findings(), Findings(), Findings()
        hosts = self._hosts()
        self._names(hosts, unknown, options["known_variables"])
        for host in hosts:
            self._values(host, faults)
        self._stacks(faults, warnings)
        level = options["unknown_variables"]
        sentences = faults.told(hosts) + (unknown.told(hosts) if level == "error" else [])
        if sentences:
            raise AnsibleActionFail("\n".join(sentences))
        result.update(changed=False, hosts=[name for name in hosts if name != _LOCALHOST])
        result["warnings"] = [*(unknown.told(hosts) if level == "warn" else []), *warnings.told(hosts)]
        return result

    # -- reading the inventory -------------------------------------------------------------------------

    def _hosts(self) -> list[str]:
        """All hosts of our groups, and localhost, which stands for the controller and its variables."""
        groups = self._variables["groups"]
        return [*dict.fromkeys(name for group in names.GROUPS for name in groups.get(group, [])), _LOCALHOST]

    def _raw(self, host: str) -> dict[str, Any]:
        """A host's variables, without templating."""
        hostvars = self._variables["hostvars"]
        # localhost may not be in the inventory, and the first hosts may not exist yet: the inventory's folder is the
        # same.
        source = str(next(iter(hostvars._inventory._sources or ()), ""))
        folder = source if os.path.isdir(source) else os.path.dirname(source)
        return {"inventory_dir": folder, **self._defaults(), **hostvars.raw_get(host), "hostvars": hostvars}

    def _defaults(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path in specs.defaults_files(COLLECTION):
            found.update(self._loader.load_from_file(str(path), trusted_as_template=True) or {})
        return found

    def _inventory(self, host: str) -> dict[str, Any]:
        """The variables of a host that come from the inventory or -e."""
        magic = {"groups", "omit", "hostvars", "vars", "environment", "play_hosts", "role_names"}
        own = self._variables["hostvars"].raw_get(host)
        return {
            name: value
            for name, value in own.items()
            if name not in magic and not name.startswith(("ansible_", "inventory_", "group_", "playbook_", "_"))
        }

    def _templated(self, raw: Mapping[str, Any], value: Any) -> Any:
        return self._templar.copy_with_new_env(available_variables=dict(raw)).template(value)

    # -- checks -----------------------------------------------------------------------------

    def _names(self, hosts: list[str], unknown: Findings, allowed: list[str]) -> None:
        known = specs.known_variables(self._specs) | specs.words_of_the_collection(COLLECTION) | set(allowed)
        for sentence in names.unknown_groups(self._variables["groups"]).values():
            unknown.add(sentence)
        for host in hosts:
            own = self._inventory(host)
            used: set[str] = set()
            for name, value in own.items():
                used |= names.words_in(value) - {name}
            for sentence in names.unknown_variables(own, known, used).values():
                unknown.add(sentence, host)

    def _values(self, host: str, faults: Findings) -> None:
        """Check types and choices of variables against the roles' argument specs."""
        raw, own = self._raw(host), self._inventory(host)
        for role, entries in self._specs.items():
            if not self._concerns(role, host):
                continue
            options = {name: option for entry in entries.values() for name, option in entry.items()}
            for name in sorted(set(own) & set(options)):
                for sentence in self._faults_of(name, raw, own[name], options[name]):
                    faults.add(sentence, host)

    def _faults_of(self, name: str, raw: Mapping[str, Any], value: Any, option: specs.Spec) -> list[str]:
        try:
            given = self._templated(raw, value)
        except AnsibleError as error:
            if any(word.startswith(_LATER) for word in names.words_in(value)):
                return []
            return [f"{name} cannot be evaluated: {str(error).splitlines()[0]}"]
        spec = specs.for_validator({name: option})
        outcome = ArgumentSpecValidator(spec).validate({name: given})
        messages = [str(error) for error in outcome.errors if not isinstance(error, UnsupportedError)]
        return [*messages, *names.unknown_suboptions(outcome.unsupported_parameters, spec)]

    def _concerns(self, role: str, host: str) -> bool:
        groups = self._variables["groups"]
        if role in _OF_GROUP:
            return any(host in groups.get(group, []) for group in _OF_GROUP[role].split(":"))
        return host == _LOCALHOST

    def _stacks(self, faults: Findings, warnings: Findings) -> None:
        """Check the files of declared stacks, as the first manager would deploy them."""
        managers = self._variables["groups"].get("swarm_managers", [])
        raw = self._raw(next(iter(managers), _LOCALHOST))
        try:
            switches = self._templated(raw, raw.get("swarm_stacks") or {})
            projects = projects_of(COLLECTION / "stacks", switches, renderer(self._templar))
            projects += self._templated(raw, raw.get("stack_projects") or [])
        except ReadyStackError as error:
            faults.add(str(error))
            return
        except AnsibleError as error:
            sentence = f"the stacks cannot be evaluated: {str(error).splitlines()[0]}"
            # The missing value may come from hosts that are created later in the run.
            (faults if managers else warnings).add(sentence)
            return
        for options in self._stack_options(projects):
            self._stack(options, raw, faults, warnings)

    def _stack(self, options: dict[str, Any], raw: dict[str, Any], faults: Findings, warnings: Findings) -> None:
        name = options["name"]
        try:
            read = read_project(options, raw, self._found, self._decrypted)
            found = check_files({**options, "name": name or read.project.name, "origin": {}}, read.loaded)
        except (ProjectError, NewStackError) as error:
            # A message with several faults has one per line.
            for line in str(error).removeprefix(f"stack {name}: ").splitlines():
                faults.add(f"stack {name}: {line}")
            return
        for sentence in found.errors:
            faults.add(f"stack {name}: {read.sensitive.in_message(sentence)}")
        for sentence in [*read.project.warnings, *found.warnings]:
            warnings.add(f"stack {name}: {read.sensitive.in_message(sentence)}")

    def _stack_options(self, projects: Any) -> Iterator[dict[str, Any]]:
        """The options of each project with the state `present`, as the module would get them."""
        spec = {**engine_argument_spec(), **stack_argument_spec()}
        for project in projects if isinstance(projects, list) else []:
            if not isinstance(project, Mapping) or project.get("state", "present") != "present":
                continue
            # Errors in the options are reported by the role's argument spec; the valid options are checked
            # nevertheless.
            known = {key: value for key, value in project.items() if key in spec}
            outcome = ArgumentSpecValidator(spec).validate(known)
            if not outcome.error_messages:
                yield dict(outcome.validated_parameters)

    def _decrypted(self, path: str) -> bytes:
        try:
            return bytes(self._loader.get_text_file_contents(path, encoding="latin-1").encode("latin-1"))
        except AnsibleError as error:
            raise ValueError(str(error.__cause__ or error) if os.path.exists(path) else "no such file") from error

    def _found(self, path: str, what: str) -> str:
        try:
            return str(self._find_needle("files", path))
        except AnsibleError:
            raise ProjectError(f"the {what} {path} does not exist") from None
