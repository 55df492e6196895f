# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Validate the options of the inventory plugin. No I/O except checks whether files exist."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce import fields


def unknown_option(given: Mapping[str, Any], known: Collection[str]) -> str | None:
    """The error message for the first unknown option in a configuration; None if all are known."""
    for name in given:
        if name not in known:
            return f"'{name}' is not an option of this plugin.{_hint(str(name), known)}"
    return None


def problem_of(option: Mapping[str, Any]) -> str | None:
    """The error message for invalid values or combinations; None if all are valid."""
    known = fields.INSTANCE_FIELDS | set(fields.DERIVED_FROM) | {fields.EVERYTHING}
    for name in option["variables"]:
        if name not in known:
            return f"variables: '{name}' is not a property of an instance.{_hint(name, known)}"
    if option["on_unreachable_zone"] == "cache" and not option["cache"]:
        return "on_unreachable_zone is 'cache' but caching is off: set cache to true and choose a cache_plugin."
    if option["ca_file"] and not os.path.exists(option["ca_file"]):
        return f"ca_file {option['ca_file']} does not exist: set it to a file with CA certificates."
    if option["timeout"] <= 0 or option["parallel"] < 1 or option["retries"] < 0:
        return "timeout must be above 0, parallel at least 1 and retries at least 0."
    if not option["hostnames"]:
        return "hostnames is empty: set it to ['name'], or remove it."
    return None


def _hint(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f" Did you mean '{close[0]}'?" if close else ""
