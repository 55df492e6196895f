# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Registry credentials: encoded for the Engine API, and read from the Docker CLI's configuration on a host.

Sources: Engine API, "Authentication"; https://docs.docker.com/reference/cli/docker/login/ ("Credential stores",
"Credential helper protocol").
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

Json = dict[str, Any]

# The key of Docker Hub in the CLI's configuration and in requests to credential helpers.
HUB = "https://index.docker.io/v1/"
_HUB_HOSTS = ("docker.io", "index.docker.io")
# The username that a credential helper returns when the secret is an identity token.
_TOKEN = "<token>"  # noqa: S105 (a placeholder, not a secret)
_HELPER_SECONDS = 30


class CliConfigError(UserError):
    """The Docker CLI's configuration file cannot be read."""


def registry_auth(username: str, password: str, server: str) -> str:
    """Encode a login for the `X-Registry-Auth` header."""
    return _encoded({"username": username, "password": password, "serveraddress": server})


class CliConfig:
    """The Docker CLI's `config.json` of the current user, in `DOCKER_CONFIG` or `~/.docker`.

    Args:
        document: the file's JSON.
    """

    def __init__(self, document: Json) -> None:
        self._auths: Json = document.get("auths") or {}
        self._helpers: Json = document.get("credHelpers") or {}
        self._store: str = document.get("credsStore") or ""

    @classmethod
    def read(cls) -> CliConfig:
        """Read the file; without a file there are no credentials.

        Raises:
            CliConfigError: it cannot be read, or is not a JSON object.
        """
        path = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "config.json"
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            document = {}
        except OSError as error:
            raise CliConfigError(f"the Docker configuration {path} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise CliConfigError(f"the Docker configuration {path} is not JSON: repair or remove it") from error
        if not isinstance(document, dict):
            raise CliConfigError(f"the Docker configuration {path} is not a JSON object: repair or remove it")
        return cls(document)

    def auth_for(self, registry: str) -> str | None:
        """The `X-Registry-Auth` value for a registry, such as `docker.io` or `registry:5000`; None without a login.

        A credential helper that fails counts as having no credentials: the registry then says whether it needs any.
        """
        server = HUB if registry in _HUB_HOSTS else registry
        helper = self._helpers.get(server) or self._helpers.get(registry) or self._store
        login = (_login_of_helper(helper, server) if helper else None) or self._login_in_file(registry)
        return _encoded({"serveraddress": server, **login}) if login else None

    def _login_in_file(self, registry: str) -> Json | None:
        names = _HUB_HOSTS if registry in _HUB_HOSTS else (registry,)
        entries = [entry for key, entry in self._auths.items() if _host_of(key) in names]
        return next(filter(None, (_login_of_entry(entry) for entry in entries)), None)


def _host_of(key: str) -> str:
    """The host in a key of `auths`, which may be a URL."""
    return key.split("://", 1)[-1].split("/", 1)[0]


def _login_of_entry(entry: Any) -> Json | None:
    if not isinstance(entry, Mapping):
        return None
    for name in ("identitytoken", "registrytoken"):
        if entry.get(name):
            return {name: entry[name]}
    username, password = entry.get("username"), entry.get("password")
    if entry.get("auth"):
        try:
            username, _colon, password = base64.b64decode(entry["auth"]).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
    # Old clients appended zero bytes to the password.
    return {"username": username, "password": str(password or "").rstrip("\0")} if username else None


def _login_of_helper(helper: str, server: str) -> Json | None:
    try:
        done = subprocess.run(  # noqa: S603 (the program is named in the user's own configuration)
            [f"docker-credential-{helper}", "get"],
            input=server.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_HELPER_SECONDS,
            check=True,
        )
        answer = json.loads(done.stdout)
        username, secret = answer["Username"], answer["Secret"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return None
    return {"identitytoken": secret} if username == _TOKEN else {"username": username, "password": secret}


def _encoded(document: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode()
