"""Long-running operations.

What an operation has to do is stored with it as data (an *effect*), so that an operation which the
end of the simulator interrupted is carried out at the next start.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

from sandbox.compute_api.backend import Backend, BackendError
from sandbox.compute_api.calls import Call, link, scope_link
from sandbox.compute_api.store import Store

Json = dict[str, Any]
Effect = Callable[[Store, Backend, Json], None]

EFFECTS: dict[str, Effect] = {}


class OperationError(Exception):
    """An effect that could not be had; ends up as the operation's error."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def effect(name: str) -> Callable[[Effect], Effect]:
    """Register what an effect of this name does."""

    def register(function: Effect) -> Effect:
        EFFECTS[name] = function
        return function

    return register


@effect("put")
def _put(store: Store, _backend: Backend, arguments: Json) -> None:
    store.put(arguments["collection"], arguments["project"], arguments["scope"], arguments["body"])


@effect("patch")
def _patch(store: Store, _backend: Backend, arguments: Json) -> None:
    patch(store, arguments["collection"], arguments["project"], arguments["scope"], arguments["name"], arguments["set"])


@effect("remove")
def _remove(store: Store, _backend: Backend, arguments: Json) -> None:
    store.remove(arguments["collection"], arguments["project"], arguments["scope"], arguments["name"])


def patch(store: Store, collection: str, project: str, scope: str, name: str, changes: Json) -> None:
    """Set properties of a stored resource; None removes one. Nothing happens to one that is gone."""
    with store.transaction():
        body = store.get(collection, project, scope, name)
        if body is None:
            return
        body = {key: value for key, value in {**body, **changes}.items() if value is not None}
        store.put(collection, project, scope, body)


def now() -> str:
    """This moment, as the API writes it."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


class Operations:
    """Starts operations, carries them out, and lets callers wait for them.

    Args:
        seconds: how long an operation takes at least; 0 ends it within the request where the backend
            never waits.
    """

    def __init__(self, store: Store, backend: Backend, seconds: float = 0.0) -> None:
        self._store = store
        self._backend = backend
        self._seconds = seconds
        self._workers = ThreadPoolExecutor(max_workers=16, thread_name_prefix="operation")
        self._ended = threading.Condition()

    def resume(self) -> None:
        """Carry out what an earlier run of the simulator left undone."""
        for name, pending in self._store.effects().items():
            self._workers.submit(self._carry_out, pending["project"], pending["scope"], name, pending)

    def close(self) -> None:
        """Let running operations end."""
        self._workers.shutdown(wait=True, cancel_futures=True)

    def start(
        self,
        call: Call,
        operation_type: str,
        target: Json | str,
        effect_name: str,
        arguments: Json,
        meanwhile: list[tuple[str, Json]] | None = None,
    ) -> Json:
        """Begin an operation in the call's project and scope.

        Args:
            target: the resource it is about, or its link.
            effect_name: what to do, a name in EFFECTS.
            arguments: what the effect is given; project and scope are added.
            meanwhile: (collection, resource) in the state they have until the operation ends.
        """
        operation = _new_operation(call, operation_type, target, self._store.next_id())
        kinds = {fault.kind: fault for fault in call.faults}
        with self._store.transaction():
            self._store.put("operations", call.project, call.scope, operation)
            if call.query.get("requestId"):
                self._store.put_request(call.project, call.query["requestId"], operation)
            if "operation_error" in kinds:
                detail = kinds["operation_error"].detail
                code = detail.get("code", "RESOURCE_OPERATION_RATE_EXCEEDED")
                failure = OperationError(code, detail.get("message", f"Operation failed: {code}."))
                return self._end(call.project, call.scope, operation["name"], failure)
            if "operation_stuck" in kinds:
                return operation
            for collection, body in meanwhile or []:
                self._store.put(collection, call.project, call.scope, body)
            pending = {"effect": effect_name, "project": call.project, "scope": call.scope, **arguments}
            self._store.put_effect(operation["name"], pending)
        if self._seconds == 0 and self._backend.immediate:
            return self._carry_out(call.project, call.scope, operation["name"], pending)
        self._workers.submit(self._carry_out, call.project, call.scope, operation["name"], pending, self._seconds)
        return operation

    def wait(self, project: str, scope: str, name: str, seconds: float) -> Json | None:
        """The operation when it has ended, or as it stands after so many seconds."""
        deadline = time.monotonic() + seconds
        with self._ended:
            while True:
                operation = self._store.get("operations", project, scope, name)
                left = deadline - time.monotonic()
                if operation is None or operation["status"] == "DONE" or left <= 0:
                    return operation
                self._ended.wait(left)

    def _carry_out(self, project: str, scope: str, name: str, pending: Json, delay: float = 0.0) -> Json:
        time.sleep(delay)
        failure: OperationError | None = None
        try:
            EFFECTS[pending["effect"]](self._store, self._backend, pending)
        except OperationError as error:
            failure = error
        except BackendError as error:
            failure = OperationError("INTERNAL_ERROR", str(error), 500)
        return self._end(project, scope, name, failure)

    def _end(self, project: str, scope: str, name: str, failure: OperationError | None) -> Json:
        with self._ended:
            with self._store.transaction():
                operation = self._store.get("operations", project, scope, name)
                if operation is None:
                    raise LookupError(f"operation {name} is gone")
                operation.update(status="DONE", progress=100, endTime=now())
                if failure:
                    operation["error"] = {"errors": [{"code": failure.code, "message": failure.message}]}
                    operation["httpErrorStatusCode"] = failure.status
                    operation["httpErrorMessage"] = "FORBIDDEN" if failure.status == 403 else "BAD REQUEST"
                self._store.put("operations", project, scope, operation)
                self._store.remove_effect(name)
            self._ended.notify_all()
        return operation


def _new_operation(call: Call, operation_type: str, target: Json | str, number: str) -> Json:
    name = f"operation-{int(time.time() * 1000)}-{uuid.uuid4().hex[:13]}"
    moment = now()
    operation: Json = {
        "kind": "compute#operation",
        "id": number,
        "name": name,
        "operationType": operation_type,
        "status": "RUNNING",
        "progress": 0,
        "user": call.caller,
        "insertTime": moment,
        "startTime": moment,
        "targetLink": target if isinstance(target, str) else target["selfLink"],
        "selfLink": link(call.project, call.scope, "operations", name),
    }
    if not isinstance(target, str):
        operation["targetId"] = target["id"]
    if call.query.get("requestId"):
        operation["clientOperationId"] = call.query["requestId"]
    if call.scope != "global":
        operation[call.scope.split("/")[0].removesuffix("s")] = scope_link(call.project, call.scope)
    return operation
