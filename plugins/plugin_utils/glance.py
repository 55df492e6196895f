# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One glance at a swarm from the controller: whether a deploy has anything to do at all.

Sending a module to a host and starting it takes several times as long as all that an unchanged stack needs to be
known for what it is. So the controller asks first, in one round trip and with nothing but Python's standard library
on the host, and decides by the module's own code. Whenever there is something to do, to wait for, to ask or to
complain about, this says nothing, and the module has its turn.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.compare.images import NEVER, tagged
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.converge.wait import Outcome, look, wait_for
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.deploy_request import request_from_project
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.labels import NAMESPACE
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.operations import DeployRequest, plan_request
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.order import OrderError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.plan.plan import SERVICE, Plan, PlanError
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.report.module_result import (
    plan_result,
    services_result,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.request import LoadedProject
from ansible_collections.dockyard.swarm.plugins.module_utils._stack.spec.convert import ConvertError

Json = dict[str, Any]

_SOCKET = "unix://"

# Asks all addresses at once and prints the answers; ends with a failure if one is not 200.
_READER = """
import http.client, json, os, socket, sys, threading
path, timeout, addresses = sys.argv[1], float(sys.argv[2]), json.loads(sys.argv[3])
if len(sys.argv) == 4 and os.environ.get("DOCKER_HOST"):
    sys.exit(3)
answers, versions = {}, set()
def ask(address):
    connection = http.client.HTTPConnection("localhost", timeout=timeout)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(timeout)
    connection.sock.connect(path)
    connection.request("GET", address)
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status == 200:
        answers[address] = text
        versions.add(answer.getheader("Api-Version"))
threads = [threading.Thread(target=ask, args=(address,), daemon=True) for address in addresses]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if set(answers) != set(addresses):
    sys.exit(3)
print(json.dumps({"version": versions.pop(), "answers": answers}))
"""


class UnseenError(Exception):
    """Something has to be asked or done that one glance does not hold."""


class Glance(Engine):
    """An engine as it answered a moment ago; it can be asked that again, and nothing else."""

    def __init__(self, version: str, answers: Mapping[str, str]) -> None:
        self._api_version = version
        self._answers = answers

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        given = {key: value for key, value in (query or {}).items() if value is not None}
        address = f"{path}?{urlencode(given)}" if given else path
        if method != "GET" or body or headers:
            raise UnseenError(f"{method} {address}")
        try:
            return self._answers[address]
        except KeyError:
            raise UnseenError(address) from None


class _Wanted(dict[str, str]):
    """Answers nobody has given yet: what is looked up is noted."""

    def __missing__(self, address: str) -> str:
        return self.setdefault(address, "[]")


def may_glance(options: Mapping[str, Any], environment: Iterable[Any], project: LoadedProject) -> bool:
    """Whether one glance can tell: the engine is behind a local socket, and nothing secret has to be sent.

    Args:
        options: the validated options of the module.
        environment: what the task sets in the environment of its module.
        project: what is to be deployed.
    """
    # What the module refuses to do at once is its to say.
    contradiction = options["only"] and options["prune"]
    return (
        may_look(options, environment) and not options["registries"] and not project.secret_data and not contradiction
    )


def may_look(options: Mapping[str, Any], environment: Iterable[Any]) -> bool:
    """Whether the engine that the module will talk to can be asked by a command on its host."""
    return str(options["docker_host"]).startswith(_SOCKET) and not any(environment)


def question(python: str, options: Mapping[str, Any], own_address: bool, project: LoadedProject) -> str:
    """The command that looks.

    Args:
        python: the interpreter on the host.
        options: the validated options of the module, with the stack's name.
        own_address: whether the task names the engine's address itself, and the host's DOCKER_HOST does not count.
        project: what is to be deployed.
    """
    wanted = _Wanted()
    engine, label = Glance("", wanted), f"{NAMESPACE}={options['name']}"
    engine.services({"label": label})
    engine.tasks({"label": label})
    engine.tasks({"label": label, "_up-to-date": "true"})
    engine.nodes()
    engine.networks()
    engine.configs()
    engine.secrets()
    if options["resolve_image"] != NEVER:
        for service in (project.config.get("services") or {}).values():
            engine.distribution(tagged(str(service["image"])))
    return _command(python, options, own_address, wanted)


def question_of_progress(python: str, options: Mapping[str, Any], own_address: bool) -> str:
    """The command that looks how far a stack's services are; arguments as of `question`."""
    wanted = _Wanted()
    _services_with_status(Glance("", wanted), options["name"])
    return _command(python, options, own_address, wanted)


def answer_of_progress(text: str, stack: str) -> list[Json]:
    """The services that `question_of_progress` brought.

    Raises:
        ValueError, KeyError, UnseenError: it did not.
    """
    seen = json.loads(text)
    return _services_with_status(Glance(seen["version"], seen["answers"]), stack)


def _services_with_status(engine: Engine, stack: str) -> list[Json]:
    return engine.services({"label": f"{NAMESPACE}={stack}"}, status=True)


def _command(python: str, options: Mapping[str, Any], own_address: bool, addresses: Iterable[str]) -> str:
    socket = str(options["docker_host"]).removeprefix(_SOCKET)
    command = [python, "-c", _READER, socket, str(options["engine_timeout"]), json.dumps(sorted(addresses))]
    return shlex.join([*command, "own"] if own_address else command)


def answer(text: str, options: Mapping[str, Any], project: LoadedProject, check_mode: bool) -> Json | None:
    """The module's result, if there is nothing to do; None where the module has to see for itself.

    Args:
        text: what the command printed.
        options: the validated options of the module, with the stack's name.
        project: what is to be deployed.
        check_mode: whether nothing but the plan is wanted.
    """
    try:
        seen = json.loads(text)
        engine = Glance(seen["version"], seen["answers"])
        request = request_from_project(options, project, engine.api_version, lambda _reference: None)
        plan, current = plan_request(engine, request)
        if plan.changed or plan.warnings or request.desired.warnings or current.lock is not None:
            return None
        if check_mode:
            return plan_result(plan)
        outcome = _as_it_is(engine, request, plan) if request.wait else Outcome()
    except (ValueError, KeyError, UnseenError, ConvertError, OrderError, PlanError):
        return None
    return {**plan_result(plan), **services_result(outcome)} if outcome.converged else None


def _as_it_is(engine: Engine, request: DeployRequest, plan: Plan) -> Outcome:
    names = [step.name for step in plan.steps if step.kind == SERVICE]
    view = look(engine, request.stack, names)
    return wait_for(lambda: view, names, submitted=(), known_failures=(), timeout=0)
