# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Remove metadata and startup scripts, which often contain secrets, from diffs, invocations and errors. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

HIDDEN = "(not shown)"
CHANGED = "(another value, not shown)"
# Keys whose values are settings or public keys. All other values may be secrets.
# Source: https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys
PUBLIC_KEYS = frozenset(
    {
        "block-project-ssh-keys",
        "disable-legacy-endpoints",
        "enable-guest-attributes",
        "enable-osconfig",
        "enable-oslogin",
        "enable-oslogin-2fa",
        "enable-oslogin-sk",
        "google-logging-enabled",
        "google-monitoring-enabled",
        "serial-port-enable",
        "serial-port-logging-enable",
        "ssh-keys",
        "vmdnssetting",
    }
)
# Shorter values also occur within ordinary words, where they must not be replaced.
_SHORTEST_SECRET = 6


def masked_values(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Json, Json]:
    """Metadata before and after a change, for a diff: all keys, but only the values of public keys."""
    shown_before = {key: value if _public(key) else HIDDEN for key, value in before.items()}
    shown_after = {key: value if _public(key) else _masked(key, value, before) for key, value in after.items()}
    return shown_before, shown_after


def masked_options(options: Mapping[str, Any]) -> Json:
    """The options of a module, for its invocation."""
    masked = dict(options)
    if options.get("metadata"):
        masked["metadata"] = {
            key: value if _public(key) or value is None else HIDDEN for key, value in options["metadata"].items()
        }
    if options.get("startup_script"):
        masked["startup_script"] = HIDDEN
    return masked


def secrets_in(options: Mapping[str, Any]) -> Iterator[str]:
    """The values that must not occur in any text of the module."""
    for key, value in (options.get("metadata") or {}).items():
        if not _public(key) and len(str(value)) >= _SHORTEST_SECRET:
            yield str(value)
    if options.get("startup_script"):
        yield str(options["startup_script"])


def without_secrets(text: str, options: Mapping[str, Any]) -> str:
    """A text without the secret values of the options."""
    for secret in sorted(secrets_in(options), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _public(key: str) -> bool:
    return key.lower() in PUBLIC_KEYS


def _masked(key: str, value: str, before: Mapping[str, str]) -> str:
    return CHANGED if key in before and before[key] != value else HIDDEN
