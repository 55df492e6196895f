# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of environment variables, as `env_file` names them: lines of NAME=value, nothing unquoted or expanded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .errors import ComposeError


def read_env_file(path: str, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The variables of a file, in its order.

    A line with a name alone takes its value from the environment and counts for nothing if there is none.

    Raises:
        ComposeError: a file that cannot be read, or a line that is none.
    """
    for number, line in enumerate(_lines(path), 1):
        text = line.lstrip(" \t\ufeff" if number == 1 else " \t")
        if not text or text.startswith("#"):
            continue
        name, separator, value = text.partition("=")
        if not name:
            raise ComposeError(f"{path}:{number}: a name is missing before the =")
        if any(char.isspace() for char in name):
            raise ComposeError(f'{path}:{number}: the name "{name}" has spaces; write NAME=value')
        if separator:
            yield name, value
        elif name in environment:
            yield name, environment[name]


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise ComposeError(f"{path}: not UTF-8 text: {error}") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ComposeError(f"{path}: the env_file cannot be read: {reason}") from error
    return [line.removesuffix("\r") for line in text.split("\n")]
