"""Who is asking: access tokens, and the endpoints that hand them out.

Simulated are Google's OAuth endpoint (`/token`: service accounts and refresh tokens), the Security
Token Service (`/v1/token`: workload identity) and IAM's `generateAccessToken` (impersonation).
Sources: https://developers.google.com/identity/protocols/oauth2/service-account,
https://cloud.google.com/iam/docs/reference/sts/rest, https://cloud.google.com/iam/docs/reference/credentials/rest
"""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import exceptions, jwt

from sandbox.compute_api.errors import ApiError
from sandbox.compute_api.store import Store

Json = dict[str, Any]

LIFETIME = 3600
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"


class Tokens:
    """Issues and checks access tokens."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # -- accounts ------------------------------------------------------------------------------

    def create_service_account(self, email: str, project: str, token_uri: str) -> Json:
        """Make an account with a key. Returns the key file; only the public half is kept."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        key_id = secrets.token_hex(20)
        keys = (self._store.account(email) or {}).get("keys", {})
        self._store.put_account(email, {"project": project, "keys": {**keys, key_id: public.decode()}})
        return {
            "type": "service_account",
            "project_id": project,
            "private_key_id": key_id,
            "private_key": private.decode(),
            "client_email": email,
            "client_id": "100000000000000000001",
            "token_uri": token_uri,
            "universe_domain": "googleapis.com",
        }

    def disable_key(self, email: str, key_id: str) -> None:
        """Make a key worthless, as when it has expired or was deleted."""
        account = self._store.account(email) or {}
        keys = {name: key for name, key in account.get("keys", {}).items() if name != key_id}
        self._store.put_account(email, {**account, "keys": keys})

    def create_user(self, email: str, token_uri: str) -> Json:
        """Make a user. Returns what `gcloud auth application-default login` would store."""
        refresh = secrets.token_urlsafe(24)
        self._store.put_account(f"refresh:{refresh}", {"email": email})
        return {
            "type": "authorized_user",
            "client_id": "sandbox.apps.googleusercontent.com",
            "client_secret": "sandbox",
            "refresh_token": refresh,
            "token_uri": token_uri,
            "universe_domain": "googleapis.com",
        }

    # -- issuing -------------------------------------------------------------------------------

    def issue(self, email: str, lifetime: int = LIFETIME) -> Json:
        """A new access token, as the OAuth endpoint answers."""
        token = f"ya29.{secrets.token_urlsafe(32)}"
        self._store.put_token(token, email, time.time() + lifetime)
        return {"access_token": token, "expires_in": lifetime, "token_type": "Bearer"}

    def oauth(self, form: dict[str, str]) -> Json:
        """`POST /token`. Raises OAuthError."""
        grant = form.get("grant_type")
        if grant == JWT_GRANT:
            return self.issue(self._signer(form.get("assertion", "")))
        if grant == "refresh_token":
            account = self._store.account(f"refresh:{form.get('refresh_token', '')}")
            if not account:
                raise OAuthError("invalid_grant", "Token has been expired or revoked.")
            return self.issue(account["email"])
        raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {grant}")

    def exchange(self, form: dict[str, str]) -> Json:
        """`POST /v1/token`: any non-empty subject token that is not marked as bad is accepted."""
        if form.get("grant_type") != EXCHANGE_GRANT:
            raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type')}")
        subject = form.get("subject_token", "")
        if not subject or subject == "bad":
            raise OAuthError("invalid_grant", "The given credential is rejected by the attribute condition.")
        token = self.issue(f"principal://{form.get('audience', '')}/subject/{subject}")
        return {**token, "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"}

    def impersonate(self, authorization: str, email: str) -> Json:
        """IAM's `generateAccessToken`. Raises ApiError."""
        self.caller(authorization)
        if self._store.account(email) is None:
            raise ApiError(404, "notFound", f"Not found; Gaia id not found for email {email}")
        token = self.issue(email)
        expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + LIFETIME))
        return {"accessToken": token["access_token"], "expireTime": expires}

    # -- checking ------------------------------------------------------------------------------

    def caller(self, authorization: str) -> str:
        """The account behind an Authorization header. Raises ApiError (401)."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise ApiError(401, "required", "Login Required.")
        known = self._store.token(token)
        if known and known[1] > time.time():
            return known[0]
        if token.count(".") == 2:
            try:
                return self._signer(token)
            except OAuthError as error:
                raise ApiError(401, "authError", f"Invalid Credentials: {error}") from error
        raise ApiError(401, "authError", "Invalid Credentials")

    def _signer(self, assertion: str) -> str:
        """The account that signed a JWT. Raises OAuthError."""
        try:
            issuer = str(jwt.decode(assertion, verify=False)["iss"])
            keys = (self._store.account(issuer) or {}).get("keys", {})
            jwt.decode(assertion, certs=keys, clock_skew_in_seconds=60)
        except (ValueError, KeyError, exceptions.GoogleAuthError) as error:
            raise OAuthError("invalid_grant", "Invalid JWT Signature.") from error
        return issuer


class OAuthError(Exception):
    """An OAuth endpoint's refusal (RFC 6749, 5.2)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.body = json.dumps({"error": error, "error_description": description}).encode()
