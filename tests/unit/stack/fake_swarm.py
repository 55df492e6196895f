"""A swarm in memory: what the Engine API of a manager does with services, networks, configs, secrets and versions.

Every task runs as soon as it is asked for, unless its image is said to fail. Several engines may share one swarm.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
from datetime import datetime, timezone
from urllib.parse import unquote

from ansible_collections.dockyard.swarm.plugins.module_utils._engine.client import Engine, EngineError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.errors import NoAnswerError
from ansible_collections.dockyard.swarm.plugins.module_utils._engine.transport import Answer

_LABEL_UPDATES = ("configs", "secrets")


class Swarm:
    """The objects, by kind and id, and the requests that have changed them."""

    def __init__(self, failing=(), refused=()):
        self.objects = {kind: {} for kind in ("services", "networks", "configs", "secrets")}
        self.failing = set(failing)
        self.refused = set(refused)
        self.changes = []
        self.token = "SWMTKN-1-ca-managers"
        self.version = itertools.count(10)
        self.ids = (f"id{number}" for number in itertools.count(1))

    def names(self, kind):
        return sorted(name_of(item) for item in self.objects[kind].values())

    def services(self):
        return {name_of(item).removeprefix("shop_"): image_of(item) for item in self.objects["services"].values()}

    def named(self, kind, name):
        return next((item for item in self.objects[kind].values() if name_of(item) == name), None)

    def tasks(self):
        return [
            task_of(service, slot, image_of(service) in self.failing)
            for service in self.objects["services"].values()
            for slot in range(1, service["Spec"]["Mode"]["Replicated"]["Replicas"] + 1)
        ]


def task_of(service, slot, failing):
    status = {"State": "failed" if failing else "running", "Timestamp": service["UpdatedAt"]}
    return {
        "ID": f"task{slot}-of-{service['ID']}-{service['Version']['Index']}",
        "ServiceID": service["ID"],
        "NodeID": "n1",
        "Slot": slot,
        "CreatedAt": service["UpdatedAt"],
        "DesiredState": "shutdown" if failing else "running",
        "Status": {**status, **({"Err": "it crashed"} if failing else {})},
        "Spec": service["Spec"]["TaskTemplate"],
        "Labels": {},
    }


def name_of(item):
    return item.get("Spec", item)["Name"]


def image_of(service):
    return service["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"]


class FakeEngine(Engine):
    """A manager's engine in front of a swarm.

    `before_change` is called with method and path before each request that is no GET, `before_read` likewise.
    """

    def __init__(self, swarm, before_change=None, before_read=None):
        nothing = lambda *_arguments: None  # noqa: E731
        super().__init__(FakeTransport(swarm, before_change or nothing, before_read or nothing), "1.45")


class FakeTransport:
    """The way to it: what is refused with a status is answered, what has none gets no answer."""

    def __init__(self, swarm, before_change, before_read):
        self.swarm = swarm
        self.before_change = before_change
        self.before_read = before_read

    def send(self, method, path, query=None, body=None, headers=None):
        del headers
        try:
            answer = self._answer(method, path.removeprefix("/v1.45"), query or {}, body)
        except EngineError as error:
            if not error.status:
                raise NoAnswerError(error.message) from error
            return Answer(error.status, json.dumps({"message": error.message}))
        return Answer(200, "" if answer is None else json.dumps(answer))

    def _answer(self, method, path, query, body):
        plural, _slash, rest = unquote(path.strip("/")).partition("/")
        if method == "GET":
            self.before_read(path)
            return self._get(plural, rest, json.loads(query.get("filters") or "{}"))
        self.before_change(method, path)
        answer = self._change(method, plural, rest, query, copy.deepcopy(body))
        self.swarm.changes.append((method, plural, rest, body))
        return answer

    def _get(self, plural, rest, filters):
        if plural == "nodes":
            return [
                {
                    "ID": "n1",
                    "Status": {"State": "ready"},
                    "Spec": {"Availability": "active", "Role": "manager"},
                    "Description": {"Hostname": "m1", "Platform": {"OS": "linux", "Architecture": "x86_64"}},
                }
            ]
        if plural == "swarm":
            return {"JoinTokens": {"Manager": self.swarm.token, "Worker": "SWMTKN-1-ca-workers"}}
        if plural == "tasks":
            wanted = {name_of(item) for item in self.swarm.objects["services"].values() if matches(item, filters)}
            return [
                task for task in self.swarm.tasks() if name_of(self._found("services", task["ServiceID"])) in wanted
            ]
        if rest:
            return self._found(plural, rest)
        return [item for item in self.swarm.objects[plural].values() if matches(item, filters)]

    def _found(self, plural, object_id):
        try:
            return self.swarm.objects[plural][object_id]
        except KeyError:
            raise EngineError(f"{plural[:-1]} {object_id} not found", 404) from None

    def _change(self, method, plural, rest, query, body):
        items = self.swarm.objects[plural]
        if rest == "create":
            return self._create(plural, body)
        object_id = rest.partition("/")[0]
        found = self._found(plural, object_id)
        if method == "DELETE":
            self._refuse_if_in_use(plural, object_id)
            del items[object_id]
            return None
        if int(query["version"]) != found["Version"]["Index"]:
            raise EngineError("rpc error: code = Unknown desc = update out of sequence", 500)
        if plural == "services" and image_of({"Spec": body}) in self.swarm.refused:
            raise EngineError("invalid bind mount source", 400)
        previous = {"PreviousSpec": found["Spec"]} if plural == "services" else {}
        found.update(previous, Spec=body, Version={"Index": next(self.swarm.version)}, UpdatedAt=now())
        return {"Warnings": None}

    def _refuse_if_in_use(self, plural, object_id):
        if plural == "services":
            return
        for service in self.swarm.objects["services"].values():
            if f'"{object_id}"' in json.dumps(service["Spec"]):
                raise EngineError(f"{plural[:-1]} {object_id} is in use by service {name_of(service)}", 400)

    def _create(self, plural, body):
        if any(name_of(item) == body["Name"] for item in self.swarm.objects[plural].values()):
            raise EngineError(f"name conflicts with an existing object: {body['Name']}", 409)
        if plural == "services" and image_of({"Spec": body}) in self.swarm.refused:
            raise EngineError("invalid bind mount source", 400)
        object_id = next(self.swarm.ids)
        if plural == "networks":
            item = {"Id": object_id, "Scope": "swarm", "IPAM": {}, **body}
        else:
            version = {"Index": next(self.swarm.version)}
            item = {"ID": object_id, "Spec": body, "Version": version, "CreatedAt": now(), "UpdatedAt": now()}
        self.swarm.objects[plural][object_id] = item
        return {"Id" if plural == "networks" else "ID": object_id}


def matches(item, filters):
    labels = item.get("Spec", item).get("Labels") or {}
    for label in filters.get("label", []):
        key, _equals, value = label.partition("=")
        if labels.get(key) != value:
            return False
    names = filters.get("name")
    ids = filters.get("id")
    return (not names or any(name_of(item).startswith(name) for name in names)) and (not ids or item["ID"] in ids)


def now():
    return re.sub(r"\+00:00$", "Z", datetime.now(timezone.utc).isoformat())
