# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Send several GET requests to an engine at once, and print the answers.

The controller sends this file to a host as `python3 -c`. It needs nothing but Python's standard library.

Arguments: the path of the engine's socket; seconds to wait for an answer; a JSON list of paths to request; and any
fourth argument to ignore the DOCKER_HOST of the host's environment. Exits with status 3 unless every answer is 200.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
import threading
import time

_BUSY_PAUSE = 0.02
_NO_ANSWER = 3


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket.

    Args:
        path: of the socket.
        timeout: seconds to wait for each step: connecting, sending, and each part of the answer.
    """

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect; see `http.client`."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        deadline = time.monotonic() + (self.timeout or 0)
        # While the socket's queue of waiting connections is full, the kernel refuses further ones at once (EAGAIN).
        while not _connected(self.sock, self._path):
            if time.monotonic() >= deadline:
                raise socket.timeout("the engine accepts no connection")
            time.sleep(_BUSY_PAUSE)


def _connected(sock: socket.socket, path: str) -> bool:
    try:
        sock.connect(path)
    except BlockingIOError:
        return False
    return True


def ask_all(path: str, timeout: float, addresses: list[str]) -> tuple[dict[str, str], str]:
    """The answers by path, and the API version they were given in; requests that failed are left out."""
    answers: dict[str, str] = {}
    versions: set[str] = set()

    def ask(address: str) -> None:
        try:
            connection = UnixConnection(path, timeout)
            connection.request("GET", address)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, ValueError, http.client.HTTPException) as error:
            sys.stderr.write(f"{address}: {error}\n")
            return
        if answer.status == http.client.OK:
            answers[address] = text
            versions.add(answer.getheader("Api-Version") or "")

    threads = [threading.Thread(target=ask, args=(address,), daemon=True) for address in addresses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, versions.pop() if versions else ""


def main(path: str, timeout: str, addresses: str, *own_address: str) -> int:
    """Request and print, see the top of this file. Returns the exit status."""
    if os.environ.get("DOCKER_HOST") and not own_address:
        return _NO_ANSWER
    asked = json.loads(addresses)
    answers, version = ask_all(path, float(timeout), asked)
    if set(answers) != set(asked):
        return _NO_ANSWER
    sys.stdout.write(json.dumps({"version": version, "answers": answers}) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
