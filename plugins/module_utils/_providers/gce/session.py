# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""HTTP session with the Compute API: one access token, pooled connections, retries, time-outs."""

from __future__ import annotations

import functools
import json
import random
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.credentials import (
    Identity,
    credentials_of,
    refusal,
)
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.errors import CredentialsError, GceError
from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.retries import Attempt, delay_before_next

REQUESTS_IMPORT_ERROR: str | None
try:
    import google.auth.exceptions
    import google.auth.transport.requests
    import requests
    import requests.adapters
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

Json = dict[str, Any]

DEFAULT_ENDPOINT = "https://compute.googleapis.com/compute/v1"

# Google compresses answers only if the User-Agent contains "gzip" as well.
# Source: https://cloud.google.com/compute/docs/api/how-tos/performance
_HEADERS = {"Accept-Encoding": "gzip", "User-Agent": "dockyard.swarm (gzip)"}


class Session:
    """Sends requests to the Compute API. Threads may share it.

    All methods raise GceError.

    Args:
        endpoint: base URL of the API, without a trailing slash.
        timeout: seconds to wait for a connection, and for each part of an answer.
        retries: how many attempts may follow the first.
        ca_file: certificate authorities to trust instead of the system's.
        connections: how many requests may run in parallel.
        sleep: called to wait.
    """

    def __init__(
        self,
        identity: Identity,
        endpoint: str = DEFAULT_ENDPOINT,
        timeout: float = 30,
        retries: int = 5,
        ca_file: str | None = None,
        connections: int = 8,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._identity = identity
        self._endpoint = endpoint.rstrip("/")
        self._timeout = timeout
        self._retries = retries
        self._sleep = sleep
        self._token_lock = threading.Lock()
        # Passed with each request, because REQUESTS_CA_BUNDLE takes precedence over the session's setting.
        self._trust: Json = {"verify": ca_file} if ca_file else {}
        self._auth_request = functools.partial(google.auth.transport.requests.Request(), **self._trust)
        self._credentials, self.default_project = self._asking_google(
            lambda: credentials_of(identity, self._auth_request)
        )
        self._http = google.auth.transport.requests.AuthorizedSession(
            self._credentials, auth_request=self._auth_request
        )
        adapter = requests.adapters.HTTPAdapter(pool_connections=4, pool_maxsize=connections)
        self._http.mount("https://", adapter)
        self._http.mount("http://", adapter)

    def get(self, path: str, query: Mapping[str, Any] | None = None) -> Json:
        """`GET {endpoint}/{path}`, with retries.

        Args:
            path: such as `projects/p/aggregated/instances`, or a full URL.
            query: parameters; those with the value None are left out.
        """
        return self.call("GET", path, query)

    def call(
        self,
        http_method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Json | None = None,
        timeout: float | None = None,
    ) -> Json:
        """Any request, with retries; one that changes something must be safe to repeat.

        Args:
            path: see `get`.
            body: sent as JSON.
            timeout: seconds to wait for this answer, if not the session's.
        """
        url = path if path.startswith("http") else f"{self._endpoint}/{path}"
        parameters = {key: value for key, value in (query or {}).items() if value is not None}
        number = 0
        while True:
            number += 1
            attempt, answer, words = self._once(http_method, url, parameters, body, timeout or self._timeout, number)
            if answer is not None:
                return answer
            delay = delay_before_next(attempt, self._retries, random.random())  # noqa: S311 (jitter, not cryptography)
            if delay is None:
                raise GceError(self._error_message(path, attempt, words), attempt.status, attempt.reason)
            self._sleep(delay)

    def pages(self, path: str, query: Mapping[str, Any]) -> Iterator[Json]:
        """Every page of a list; each is requested when it is needed."""
        parameters = dict(query)
        while True:
            page = self.get(path, parameters)
            yield page
            if not page.get("nextPageToken"):
                return
            parameters["pageToken"] = page["nextPageToken"]

    def _once(
        self, http_method: str, url: str, parameters: Json, content: Json | None, timeout: float, number: int
    ) -> tuple[Attempt, Json | None, str]:
        """One attempt. Returns its result, the body if it succeeded, and the error message if not."""
        self._refresh_token()
        try:
            answer = self._asking_google(
                lambda: self._http.request(
                    http_method,
                    url,
                    params=parameters,
                    json=content,
                    headers=dict(_HEADERS),
                    timeout=timeout,
                    **self._trust,
                )
            )
            if answer.status_code == 200:
                return Attempt(number, 200), answer.json(), ""
        except requests.exceptions.Timeout:
            return Attempt(number, 0), None, f"no answer came within {timeout:g} s"
        except requests.exceptions.SSLError as error:
            words = f"the certificate of {self._endpoint} is not trusted here ({_cause(error)}): set ca_file."
            raise GceError(words) from error
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema):
            raise GceError(
                f"api_endpoint '{self._endpoint}' is not a web address: {DEFAULT_ENDPOINT} is one."
            ) from None
        except requests.exceptions.JSONDecodeError:
            return Attempt(number, 0), None, "the answer was not JSON"
        except requests.exceptions.RequestException as error:
            return Attempt(number, 0), None, _cause(error)
        reason, message = _error_of(answer)
        if answer.status_code == 401:
            raise refusal(self._identity, Exception(message))
        return Attempt(number, answer.status_code, reason, _retry_after(answer)), None, message

    def _refresh_token(self) -> None:
        """Refresh the token if needed; threads that start together share one refresh."""
        with self._token_lock:
            if not self._credentials.valid:
                self._asking_google(lambda: self._credentials.refresh(self._auth_request))

    def _asking_google(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except google.auth.exceptions.TransportError as error:
            if self._identity.kind == "machineaccount":
                raise refusal(self._identity, Exception("the metadata server does not answer")) from error
            raise CredentialsError(f"Google's token endpoint cannot be reached: {_cause(error)}.") from error
        except google.auth.exceptions.GoogleAuthError as error:
            raise refusal(self._identity, error) from error

    def _error_message(self, path: str, attempt: Attempt, words: str) -> str:
        tries = f" after {attempt.number} attempts" if attempt.number > 1 else ""
        if attempt.status == 0:
            return f"{self._endpoint} cannot be reached{tries}: {words}. Check api_endpoint, proxies and the network."
        return f"{path}: Google answered {attempt.status} {attempt.reason}{tries}: {words}"


def _cause(error: BaseException) -> str:
    """The innermost cause of an exception, without addresses of Python objects."""
    while True:
        inner = getattr(error, "reason", None) or (error.args[0] if error.args else None)
        if not isinstance(inner, BaseException):
            break
        error = inner
    words = str(error.args[-1] if error.args else error)
    return words.rsplit(">: ", maxsplit=1)[-1].rstrip(".")


def _error_of(answer: Any) -> tuple[str, str]:
    """(reason, message) of Google's error document; without one, the beginning of the text."""
    try:
        error = json.loads(answer.text)["error"]
        details = error.get("errors") or [{}]
        return str(details[0].get("reason") or error.get("status") or ""), str(error.get("message", "")).strip()
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", answer.text.strip()[:200] or answer.reason


def _retry_after(answer: Any) -> float | None:
    try:
        return float(answer.headers["Retry-After"])
    except (KeyError, ValueError):
        return None
