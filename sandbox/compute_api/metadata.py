"""The metadata server, as an instance of a project sees it.

Source: https://cloud.google.com/compute/docs/metadata/overview
"""

from __future__ import annotations

from typing import Any

from sandbox.compute_api.store import Store
from sandbox.compute_api.tokens import Tokens

Json = dict[str, Any]

PREFIX = "/computeMetadata/v1/"
FLAVOR = {"Metadata-Flavor": "Google"}
_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]


class MetadataServer:
    """Answers for one project's default service account.

    Args:
        project: the project the (imagined) instance stands in.
    """

    def __init__(self, store: Store, tokens: Tokens, project: str) -> None:
        self._store = store
        self._tokens = tokens
        self._project = project

    @property
    def email(self) -> str:
        """The default service account."""
        number = (self._store.project(self._project) or {}).get("id", "1")
        return f"{number}-compute@developer.gserviceaccount.com"

    def answer(self, path: str) -> Json | str | None:
        """What stands at a path below `computeMetadata/v1/`; None where nothing does."""
        parts = path.removeprefix(PREFIX).strip("/").split("/")
        if parts[:2] == ["instance", "service-accounts"] and len(parts) >= 3:
            return self._account(parts[2], parts[3] if len(parts) > 3 else "")
        return {
            "project/project-id": self._project,
            "project/numeric-project-id": str((self._store.project(self._project) or {}).get("id", "1")),
            "universe/universe-domain": "googleapis.com",
            "instance/name": "controller",
        }.get("/".join(parts))

    def _account(self, name: str, what: str) -> Json | str | None:
        if name not in ("default", self.email):
            return None
        account: Json = {"aliases": ["default"], "email": self.email, "scopes": _SCOPES}
        if what == "token":
            return self._tokens.issue(self.email)
        if what in ("email", "scopes"):
            return "\n".join(account[what]) if isinstance(account[what], list) else str(account[what])
        return account if what == "" else None
