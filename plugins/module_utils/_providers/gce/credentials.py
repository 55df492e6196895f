# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Google credentials for the Compute API, from the options that select them."""

from __future__ import annotations

import hashlib
import json
import os
import traceback
from dataclasses import dataclass
from typing import Any

from ansible_collections.dockyard.swarm.plugins.module_utils._providers.gce.errors import CredentialsError

GOOGLE_IMPORT_ERROR: str | None
try:
    import google.auth
    import google.auth.exceptions
    from google.auth import compute_engine, impersonated_credentials
    from google.oauth2 import credentials as oauth2
    from google.oauth2 import service_account
except ImportError:
    GOOGLE_IMPORT_ERROR = traceback.format_exc()
else:
    GOOGLE_IMPORT_ERROR = None

Json = dict[str, Any]


@dataclass(frozen=True)
class Identity:
    """The authentication options. Only those that belong to the kind may be set.

    Attributes:
        kind: application, serviceaccount, machineaccount or accesstoken.
        scopes: OAuth scopes to request.
        credentials_file: any file that google-auth reads, for the kind application.
        impersonate: e-mail of the service account to impersonate.
    """

    kind: str = "application"
    scopes: tuple[str, ...] = ()
    credentials_file: str | None = None
    service_account_file: str | None = None
    service_account_contents: str | None = None
    service_account_email: str | None = None
    access_token: str | None = None
    impersonate: str | None = None


# Option: the kind it belongs to.
_OPTION_OF_KIND = {
    "credentials_file": "application",
    "service_account_file": "serviceaccount",
    "service_account_contents": "serviceaccount",
    "service_account_email": "machineaccount",
    "access_token": "accesstoken",
}


def fingerprint_of(identity: Identity) -> str:
    """A hash of the identity that changes with the credentials. No secret can be derived from it.

    Used as a cache key: a cached answer contains what one caller may see, and must not be served to another caller or
    to one whose access was revoked.
    """
    digest = hashlib.sha256()
    for part in (
        identity.kind,
        ",".join(identity.scopes),
        identity.service_account_email,
        identity.impersonate,
        identity.access_token,
        identity.service_account_contents,
        *(_contents(path) for path in _files(identity)),
        os.environ.get("GCE_METADATA_HOST") if identity.kind in ("application", "machineaccount") else None,
    ):
        # The length goes first, so that two different lists of parts never give the same data.
        data = b"" if part is None else part if isinstance(part, bytes) else part.encode()
        digest.update(f"{-1 if part is None else len(data)}:".encode() + data)
    return digest.hexdigest()


def _files(identity: Identity) -> list[str]:
    """The files that credentials are read from, in the order of google-auth."""
    if identity.kind == "serviceaccount":
        return [identity.service_account_file] if identity.service_account_file else []
    if identity.kind != "application":
        return []
    configuration = os.environ.get("CLOUDSDK_CONFIG") or os.path.join("~", ".config", "gcloud")
    found = identity.credentials_file or os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    return [found or os.path.join(configuration, "application_default_credentials.json")]


def _contents(path: str) -> bytes | None:
    try:
        with open(os.path.expanduser(path), "rb") as file:
            return file.read()
    except OSError:
        return None


def problem_of(identity: Identity) -> str | None:
    """What is wrong with the combination of options, as a sentence; None if nothing is."""
    for option, kind in _OPTION_OF_KIND.items():
        if getattr(identity, option) is not None and identity.kind != kind:
            return f"{option} is set but auth_kind is '{identity.kind}': set auth_kind to '{kind}' or remove {option}."
    if identity.kind == "serviceaccount":
        if identity.service_account_file and identity.service_account_contents:
            return "service_account_file and service_account_contents are both set: keep one of them."
        if not (identity.service_account_file or identity.service_account_contents):
            return "auth_kind is 'serviceaccount': set service_account_file or service_account_contents."
    if identity.kind == "accesstoken" and not identity.access_token:
        return "auth_kind is 'accesstoken': set access_token, or the environment variable GCP_ACCESS_TOKEN."
    return None


def credentials_of(identity: Identity, auth_request: Any) -> tuple[Any, str | None]:
    """The credentials, and the project they belong to if they name one.

    Args:
        auth_request: google-auth's transport, for requests needed to obtain credentials.

    Raises:
        CredentialsError: there are none or they are unusable; the message says what to do.
    """
    credentials, project = _source(identity, auth_request)
    if identity.impersonate:
        credentials = impersonated_credentials.Credentials(
            source_credentials=credentials,
            target_principal=identity.impersonate,
            target_scopes=list(identity.scopes),
        )
    return credentials, project


def _source(identity: Identity, auth_request: Any) -> tuple[Any, str | None]:
    scopes = list(identity.scopes)
    if identity.kind == "accesstoken":
        return oauth2.Credentials(identity.access_token), None
    if identity.kind == "machineaccount":
        email = identity.service_account_email or "default"
        return compute_engine.Credentials(service_account_email=email, scopes=scopes), None
    if identity.kind == "serviceaccount":
        credentials = _service_account(identity).with_scopes(scopes)
        return credentials, credentials.project_id
    return _application(identity, scopes, auth_request)


def _application(identity: Identity, scopes: list[str], auth_request: Any) -> tuple[Any, str | None]:
    try:
        if identity.credentials_file:
            path = os.path.expanduser(identity.credentials_file)
            return google.auth.load_credentials_from_file(path, scopes=scopes, request=auth_request)
        return google.auth.default(scopes=scopes, request=auth_request)
    except google.auth.exceptions.DefaultCredentialsError as error:
        if identity.credentials_file or os.environ.get("GOOGLE_APPLICATION_CREDENTIALS"):
            where = identity.credentials_file or os.environ["GOOGLE_APPLICATION_CREDENTIALS"]
            raise CredentialsError(f"the credentials file {where} cannot be used: {_first_line(error)}") from error
        raise CredentialsError(
            "no Google credentials were found: run 'gcloud auth application-default login', "
            "set GOOGLE_APPLICATION_CREDENTIALS, or set auth_kind."
        ) from error


def _service_account(identity: Identity) -> Any:
    where = f"service_account_file {identity.service_account_file}"
    try:
        if identity.service_account_file:
            path = os.path.expanduser(identity.service_account_file)
            with open(path, encoding="utf-8") as file:
                info = json.load(file)
        else:
            where = "service_account_contents"
            info = json.loads(identity.service_account_contents or "")
        return service_account.Credentials.from_service_account_info(info)
    except OSError as error:
        raise CredentialsError(f"{where} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, AttributeError, google.auth.exceptions.GoogleAuthError) as error:
        # The exception's text is omitted, because it may contain parts of the key.
        raise CredentialsError(f"{where} is not the JSON key of a service account: download it again.") from error


def refusal(identity: Identity, error: Exception) -> CredentialsError:
    """The error for credentials that Google rejected."""
    who = identity.impersonate or {
        "serviceaccount": identity.service_account_file or "service_account_contents",
        "machineaccount": f"the metadata server's account {identity.service_account_email or 'default'}",
        "accesstoken": "access_token",
    }.get(identity.kind, "the application default credentials")
    advice = {
        "serviceaccount": "the key is expired, deleted or disabled; create a new one",
        "accesstoken": "the token has expired; get a new one with 'gcloud auth print-access-token'",
        "machineaccount": "run on Compute Engine with a service account attached, or choose another auth_kind",
    }.get(identity.kind, "run 'gcloud auth application-default login' again")
    if identity.impersonate:
        advice = "grant roles/iam.serviceAccountTokenCreator on it to the caller, and check its e-mail address"
    return CredentialsError(f"Google refused {who} ({_first_line(error)}): {advice}.", 401, "authError")


def _first_line(error: Exception) -> str:
    words = error.args[0] if error.args else error
    return str(words).strip().split("\n", maxsplit=1)[0].rstrip(".")
