"""The simulator's own door, `/_sandbox/...`: declare projects, accounts, fleets and faults; read the request log.

None of this exists at Google. Whoever may ask here may make any account, and with it hosts, so each call carries the
secret that lies in the simulator's folder. `GET health` alone, by which a simulator is found, does not.
"""

from __future__ import annotations

import hmac
import threading
from collections import deque
from typing import Any

from sandbox.compute_api import catalogue, fleet, secret
from sandbox.compute_api.faults import Fault, Faults
from sandbox.compute_api.resources.networks import make_default_network
from sandbox.compute_api.store import Store
from sandbox.compute_api.tokens import Tokens
from sandbox.compute_api.tunnel import Tunnel

Json = dict[str, Any]

PREFIX = "/_sandbox/"
_KEPT_REQUESTS = 100_000


class Control:
    """What tests and the sandbox ask of the simulator."""

    def __init__(self, store: Store, tokens: Tokens, faults: Faults, expected: str) -> None:
        self._expected = expected
        self.tunnel: Tunnel | None = None
        self._store = store
        self._tokens = tokens
        self._faults = faults
        self._log: deque[Json] = deque(maxlen=_KEPT_REQUESTS)
        self._lock = threading.Lock()

    def log(self, entry: Json) -> None:
        """Remember one request: method, project, status, bytes, fields, page."""
        with self._lock:
            self._log.append(entry)

    def refusal(self, http_method: str, what: str, headers: dict[str, str], has_body: bool) -> str:
        """Why a request is not served, in a sentence; "" where it is.

        Args:
            headers: names in lower case.
        """
        if (http_method, what) == ("GET", "health"):
            return ""
        if not hmac.compare_digest(headers.get(secret.HEADER.lower(), "").encode(), self._expected.encode()):
            return f"{PREFIX}{what} needs the header {secret.HEADER} with what stands in {secret.FILE}"
        if has_body and headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return f"{PREFIX}{what} takes application/json"
        return ""

    def serve(self, http_method: str, what: str, body: Json) -> Json:
        """Answer one request. Raises ValueError for what cannot be done."""
        action = getattr(self, f"_{http_method.lower()}_{what}", None)
        if action is None:
            raise ValueError(f"the simulator has no {http_method} {PREFIX}{what}")
        return action(body)

    def _get_health(self, _body: Json) -> Json:
        return {"projects": sorted(self._store.projects())}

    def _get_requests(self, _body: Json) -> Json:
        with self._lock:
            return {"requests": list(self._log)}

    def _delete_requests(self, _body: Json) -> Json:
        with self._lock:
            self._log.clear()
        return {}

    def _get_traffic(self, _body: Json) -> Json:
        """What went through the proxy, TLS included: connections, bytes from the simulator and to it."""
        if self.tunnel is None:
            return {}
        return {"connections": self.tunnel.connections, "received": self.tunnel.received, "sent": self.tunnel.sent}

    def _put_faults(self, body: Json) -> Json:
        self._faults.declare([Fault.parse(fault) for fault in body["faults"]])
        return {}

    def _post_projects(self, body: Json) -> Json:
        declare_project(self._store, body["name"], body)
        return {}

    def _post_accounts(self, body: Json) -> Json:
        return self._tokens.create_service_account(body["email"], body["project"], body["token_uri"])

    def _delete_keys(self, body: Json) -> Json:
        self._tokens.disable_key(body["email"], body["key_id"])
        return {}

    def _post_users(self, body: Json) -> Json:
        return self._tokens.create_user(body["email"], body["token_uri"])

    def _post_tokens(self, body: Json) -> Json:
        return self._tokens.issue(body["email"], body.get("lifetime", 3600))

    def _post_instances(self, body: Json) -> Json:
        return {"count": fleet.store_instances(self._store, body["project"], body["instances"])}

    def _post_fleet(self, body: Json) -> Json:
        instances = fleet.invent(body["project"], body["count"], body.get("seed", 0))
        return {"count": fleet.store_instances(self._store, body["project"], instances)}


def declare_project(store: Store, name: str, record: Json | None = None) -> None:
    """Make a project with its default network; one that exists keeps what it has.

    Args:
        record: may set `id` (project number), `quotas` ({"INSTANCES": 10}), `rate` (see quotas.py), `metadata`
            and `folder`.
    """
    known = store.project(name)
    if known is not None and not record:
        return
    number = str(100_000_000_000 + sum(ord(letter) * 131**index for index, letter in enumerate(name)) % 899_999_999_999)
    store.put_project(name, {"id": number, **(known or {}), **(record or {})})
    if known is None:
        make_default_network(store, name)


def declare_public_images(store: Store) -> None:
    """The projects with public images."""
    for project in catalogue.PUBLIC_IMAGES:
        declare_project(store, project)
    for project, image in catalogue.public_images():
        if store.get("images", project, "global", image["name"]) is None:
            store.put("images", project, "global", image)
