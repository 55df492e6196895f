# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Action plugin of `dockyard.swarm.stack`: reads the compose files on the controller and passes the project to the
module."""

from __future__ import annotations

import copy
import getpass
import hashlib
import json
import os
import socket
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.argument_spec import (
    DEFAULT_DOCKER_HOST,
    engine_argument_spec,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.plan_markdown import plan_as_markdown
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import (
    ON_CONTROLLER,
    LoadedProject,
    pack_project,
    stack_argument_spec,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils import progress, unchanged_stack
from ansible_collections.dockyard.swarm.plugins.plugin_utils.controller import run_of_this_task
from ansible_collections.dockyard.swarm.plugins.plugin_utils.new_stack import NewStackError, plan_new_stack
from ansible_collections.dockyard.swarm.plugins.plugin_utils.plan_file import PlanFileError, plan_path, write_plan
from ansible_collections.dockyard.swarm.plugins.plugin_utils.stack_project import (
    ProjectError,
    ReadProject,
    read_project,
)
from ansible_collections.dockyard.swarm.plugins.plugin_utils.vaulted import secret_texts

display = Display()

PROGRESS_SECONDS = 5
_OUTPUT_IS_PRINTED = 3
# Connection plugins that can run two commands at the same time.
_TWO_AT_A_TIME = ("ssh", "local", "docker", "community.docker.docker")


class ActionModule(ActionBase):
    """Load the project, then run the module with the same name on the manager."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        del tmp
        _validated, options = self.validate_argument_spec({**engine_argument_spec(), **stack_argument_spec()})
        module_args = {key: value for key, value in self._task.args.items() if key not in ON_CONTROLLER}
        files: list[dict[str, str | None]] = []
        loaded: LoadedProject | None = None
        if options["state"] == "present":
            read = self._project(options, task_vars or {})
            files = [_origin(self._found(path, "compose file"), read) for path in options["files"]]
            module_args["name"] = options["name"] or read.project.name
            if not module_args["name"]:
                raise AnsibleActionFail(
                    "the stack needs a name: set the option name, or a top-level name in a compose file"
                )
            loaded = read.loaded
            module_args["project"] = pack_project(loaded)
        module_args["origin"] = {
            "user": getpass.getuser(),
            "host": socket.gethostname(),
            "files": files,
            "run": run_of_this_task(),
        }
        plan_file = self._plan_file(options)
        options.update(name=module_args["name"], origin=module_args["origin"])
        if "docker_host" not in self._task.args:
            # Not the DOCKER_HOST of the controller's environment, which the validation has filled in.
            options["docker_host"] = DEFAULT_DOCKER_HOST
        result: dict[str, Any] | None
        if options["without_swarm"]:
            result = self._planned_without_swarm(options, loaded)
        else:
            result = self._result_if_unchanged(options, loaded, task_vars or {}) if loaded else None
        if result is None:
            with self._progress(options, task_vars or {}):
                result = self._execute_module(module_args=module_args, task_vars=task_vars)
        if plan_file is not None and "plan" in result:
            try:
                write_plan(plan_file, _plan_in_the_format_of(plan_file, result["plan"]), "plan_file")
            except PlanFileError as error:
                raise AnsibleActionFail(str(error)) from None
            _to_stderr(f"Plan of {result['plan']['summary']}\nWritten to {plan_file}")
        return result

    def _planned_without_swarm(self, options: dict[str, Any], loaded: LoadedProject | None) -> dict[str, Any]:
        if not self._task.check_mode:
            raise AnsibleActionFail("without_swarm works in check mode only")
        if loaded is None:
            return {"changed": False}  # nothing to remove or roll back
        try:
            return plan_new_stack(options, loaded)
        except NewStackError as error:
            raise AnsibleActionFail(f"stack {options['name']}: {error}") from None

    def _result_if_unchanged(
        self, options: dict[str, Any], project: LoadedProject, task_vars: dict[str, Any]
    ) -> dict[str, Any] | None:
        if (
            self._task.async_val
            or _prints_output()
            or not unchanged_stack.can_be_decided(options, self._environment, project)
        ):
            return None
        probe = unchanged_stack.stack_probe(self._python(task_vars), options, self._own_address, project)
        done = self._low_level_execute_command(probe)
        if done["rc"] != 0:
            return None
        return unchanged_stack.result_if_unchanged(done["stdout"], options, project, self._task.check_mode)

    def _progress(self, options: dict[str, Any], task_vars: dict[str, Any]) -> AbstractContextManager[None]:
        """Show which services are not ready while the module waits, with a second connection to the host."""
        waits = options["wait"] and options["state"] != "absent" and not self._task.check_mode
        two_at_a_time = self._connection.transport in _TWO_AT_A_TIME and not self._task.async_val
        two_at_a_time = two_at_a_time and not _prints_output()
        if not waits or not two_at_a_time or not unchanged_stack.can_be_probed(options, self._environment):
            return nullcontext()
        probe = progress.progress_probe(self._python(task_vars), options, self._own_address)
        second = self._second_connection()

        def read_progress() -> str:
            done = second._low_level_execute_command(probe)
            stack_view = progress.recorded(done["stdout"], options["name"])
            return progress.unfinished(options["name"], stack_view, datetime.now(timezone.utc))

        return progress.shown(read_progress, _to_stderr, PROGRESS_SECONDS)

    def _second_connection(self) -> ActionModule:
        """A copy of the connection for a second command at the same time: the become plugin stores the state of one
        command."""
        other = copy.copy(self)
        other._connection = copy.copy(self._connection)
        if self._connection.become:
            other._connection.set_become_plugin(copy.copy(self._connection.become))
        return other

    @property
    def _own_address(self) -> bool:
        return "docker_host" in self._task.args

    @property
    def _environment(self) -> list[Any]:
        return self._task.environment or []

    def _python(self, task_vars: dict[str, Any]) -> str:
        python = str(self._templar.template(task_vars.get("ansible_python_interpreter") or "auto"))
        if python.startswith("auto"):
            python = (task_vars.get("ansible_facts") or {}).get("discovered_interpreter_python") or "python3"
        return python

    def _plan_file(self, options: dict[str, Any]) -> Path | None:
        if not options["plan_file"]:
            return None
        try:
            return plan_path(options["plan_file"], "plan_file")
        except PlanFileError as error:
            raise AnsibleActionFail(str(error)) from None

    def _project(self, options: dict[str, Any], task_vars: dict[str, Any]) -> ReadProject:
        """Read the project from its files."""
        try:
            read = read_project(options, task_vars, self._found, self._decrypted)
        except ProjectError as error:
            # `from None`: with `from error`, Ansible would show the causes again.
            raise AnsibleActionFail(str(error)) from None
        stack = f"stack {options['name']}" if options["name"] else "stack"
        display.v(f"{stack}: the files are read in the dialect {read.project.dialect}")
        for warning in read.project.warnings:
            display.warning(f"{stack}: {read.sensitive.in_message(warning)}")
        return read

    def _decrypted(self, path: str) -> bytes:
        """The decrypted content of a file; a vault-encrypted file is never written to disk decrypted."""
        try:
            # Latin-1 maps every byte to one character and back; the loader has no public method to read bytes.
            return bytes(self._loader.get_text_file_contents(path, encoding="latin-1").encode("latin-1"))
        except AnsibleError as error:
            raise ValueError(str(error.__cause__ or error) if os.path.exists(path) else "no such file") from error

    def _found(self, path: str, what: str) -> str:
        """The path itself, or relative to the role or playbook, as for any other file on the controller."""
        try:
            return str(self._find_needle("files", path))
        except AnsibleError:
            places = (
                ""
                if os.path.isabs(path)
                else "; it was searched in the role, beside the playbook and in its files folder"
            )
            raise AnsibleActionFail(f"the {what} {path} does not exist on the controller{places}") from None


def _prints_output() -> bool:
    """Whether connections print the output of commands, as with `-vvv`: a probe's output contains secret values."""
    return display.verbosity >= _OUTPUT_IS_PRINTED or bool(constants.DEFAULT_DEBUG)


def _to_stderr(line: str) -> None:
    # stdout belongs to callbacks that print for programs (such as JSON).
    display.display(line, stderr=True)


def _origin(path: str, read: ReadProject) -> dict[str, str | None]:
    """A compose file and its digest; without digest if the file may contain a secret, which the digest would help to
    guess."""
    content, project = Path(path).read_bytes(), read.project
    secrets = project.config.get("secrets", {})
    has_secret = any("file" not in secrets[name] for name in project.secret_data) or any(
        text.encode() in content for text in secret_texts(project.config, read.sensitive)
    )
    return {"path": path, "sha256": None if has_secret else hashlib.sha256(content).hexdigest()}


def _plan_in_the_format_of(path: Path, plan: dict[str, Any]) -> str:
    return plan_as_markdown(plan) if path.suffix == ".md" else json.dumps(plan, indent=2, sort_keys=True) + "\n"
