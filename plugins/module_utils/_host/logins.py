# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Credentials of registries in a CLI configuration file. Pure.

Source: https://docs.docker.com/reference/cli/docker/login/#credential-stores
"""

from __future__ import annotations

import base64
import json
from typing import Any

_HUB = "https://index.docker.io/v1/"


class LoginError(Exception):
    """A file that credentials cannot be put into."""


def registry_key(registry: str) -> str:
    """The name under which the CLI looks a registry's credentials up."""
    bare = registry.rstrip("/")
    if bare in ("", "docker.io", "index.docker.io", "registry-1.docker.io", _HUB.rstrip("/")):
        return _HUB
    return bare.split("://", 1)[-1]


def merge(text: str | None, logins: list[dict[str, Any]]) -> str | None:
    """The file's text with these logins put in or taken out; all else in it stays.

    Args:
        text: the file's present text; None when there is no file.
        logins: `registry`, `username`, `password` and `state` each.

    Raises:
        LoginError: the file holds no JSON object, or a login lacks a part.
    """
    try:
        document = json.loads(text) if text and text.strip() else {}
    except ValueError as error:
        raise LoginError(f"it is not JSON ({error}): repair or remove it") from error
    if not isinstance(document, dict):
        raise LoginError("it is not a JSON object: repair or remove it")
    auths = dict(document.get("auths") or {})
    for login in logins:
        key = registry_key(login["registry"])
        if login["state"] == "absent":
            auths.pop(key, None)
            continue
        if not login["username"] or not login["password"]:
            raise LoginError(f"the login at {key} needs a username and a password")
        if document.get("credsStore") or key in (document.get("credHelpers") or {}):
            raise LoginError(f"it names a credential helper for {key}, which the CLI would ask instead of this file")
        pair = f"{login['username']}:{login['password']}".encode()
        auths[key] = {**auths.get(key, {}), "auth": base64.b64encode(pair).decode()}
    wanted = {**document, "auths": auths} if auths or "auths" in document else document
    if wanted == document and text is not None:
        return text
    return json.dumps(wanted, indent=2, sort_keys=True) + "\n" if wanted else text


def registries(text: str | None) -> list[str]:
    """Names of the registries a file has credentials for: all of it that may be shown."""
    try:
        return sorted(json.loads(text or "{}").get("auths") or {})
    except (ValueError, AttributeError):
        return []
