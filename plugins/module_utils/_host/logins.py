# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Registry credentials in the Docker CLI's configuration files. Pure functions, and their application.

Source: https://docs.docker.com/reference/cli/docker/login/#credential-stores
"""

from __future__ import annotations

import base64
import json
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._host.files import FileChange, apply_file, plan_file
from ansible_collections.dockyard.swarm.plugins.module_utils._module.errors import UserError

Json = dict[str, Any]

_HUB = "https://index.docker.io/v1/"


class LoginError(UserError):
    """Credentials cannot be written to a file."""


def set_logins(logins: list[Json], check_mode: bool) -> Json:
    """Add or remove registry credentials in the configuration files of users.

    The files of a user are read and written with that user's rights: root following a path that the user controls could
    be redirected elsewhere by a symbolic link.

    Args:
        logins: as for `merge`, each with `user`.

    Returns:
        The result of the module `engine_logins`.

    """
    planned = []
    for user in sorted({login["user"] for login in logins}):
        try:
            account = pwd.getpwnam(user)
        except KeyError:
            message = f"docker_registry_logins names the user {user}, who does not exist on this host"
            raise LoginError(message) from None
        with _acting_as(account):
            planned.append((account, _plan(account, [login for login in logins if login["user"] == user])))
    changed = any(change.changed for _account, change in planned)
    if changed and not check_mode:
        for account, change in planned:
            with _acting_as(account):
                os.makedirs(os.path.dirname(change.path), mode=0o700, exist_ok=True)
                apply_file(change)
    return {
        "changed": changed,
        "registries": {account.pw_name: registries(change.after) for account, change in planned},
        "diff": [change.as_diff() for _account, change in planned if change.changed],
    }


def _plan(account: pwd.struct_passwd, logins: list[Json]) -> FileChange:
    # If the file is a symbolic link, its target is written and the link is kept.
    path = os.path.realpath(os.path.join(account.pw_dir, ".docker", "config.json"))
    found = plan_file(path, None)
    try:
        desired = merge(found.before, logins)
    except LoginError as error:
        raise LoginError(f"{path} was not changed: {error}") from error
    return plan_file(path, desired, mode=0o600, secret=True)


@contextmanager
def _acting_as(account: pwd.struct_passwd) -> Iterator[None]:
    """Run with the rights of a user, and restore the previous rights afterwards."""
    if os.geteuid() == account.pw_uid:
        yield
        return
    group, groups = os.getegid(), os.getgroups()
    user = os.geteuid()
    try:
        os.initgroups(account.pw_name, account.pw_gid)
        os.setegid(account.pw_gid)
        os.seteuid(account.pw_uid)
        yield
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise LoginError(f"{place}the user {account.pw_name} has no permission for this ({error.strerror})") from error
    finally:
        os.seteuid(user)
        os.setegid(group)
        if user == 0:
            os.setgroups(groups)


def registry_key(registry: str) -> str:
    """The key under which the CLI stores a registry's credentials."""
    bare = registry.rstrip("/")
    if bare in ("", "docker.io", "index.docker.io", "registry-1.docker.io", _HUB.rstrip("/")):
        return _HUB
    return bare.split("://", 1)[-1]


def merge(text: str | None, logins: list[dict[str, Any]]) -> str | None:
    """The file's text with these credentials added or removed; everything else is kept.

    Args:
        text: the file's current text; None when there is no file.
        logins: `registry`, `username`, `password` and `state` each.

    Raises:
        LoginError: the file is not a JSON object, or a login is incomplete.
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
    """Names of the registries in a file; nothing else of it may be shown."""
    try:
        return sorted(json.loads(text or "{}").get("auths") or {})
    except (ValueError, AttributeError):
        return []
