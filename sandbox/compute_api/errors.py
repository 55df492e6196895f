"""Errors as the Compute API words them."""

from __future__ import annotations

from typing import Any

# https://cloud.google.com/apis/design/errors: HTTP status to canonical code.
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class ApiError(Exception):
    """A refusal with an HTTP status, a reason a program can match and a sentence for people."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message

    def body(self) -> dict[str, Any]:
        """Google's error document."""
        detail = {"message": self.message, "domain": "global", "reason": self.reason}
        error: dict[str, Any] = {"code": self.status, "message": self.message, "errors": [detail]}
        if self.status in _STATUS:
            error["status"] = _STATUS[self.status]
        return {"error": error}


def not_found(what: str) -> ApiError:
    """`what` is a resource's path, such as `projects/p/zones/z/instances/i`."""
    return ApiError(404, "notFound", f"The resource '{what}' was not found")


def invalid(message: str) -> ApiError:
    """The request is wrong in itself."""
    return ApiError(400, "invalid", message)


def already_exists(what: str) -> ApiError:
    """The name is taken."""
    return ApiError(409, "alreadyExists", f"The resource '{what}' already exists")


def in_use(what: str, by: str) -> ApiError:
    """The resource cannot go while another one uses it."""
    return ApiError(400, "resourceInUseByAnotherResource", f"The resource '{what}' is already being used by '{by}'")


def forbidden(permission: str, what: str) -> ApiError:
    """The caller lacks a permission."""
    return ApiError(403, "forbidden", f"Required '{permission}' permission for '{what}'")


def condition_not_met(what: str) -> ApiError:
    """A stale fingerprint: somebody else changed the resource."""
    return ApiError(
        412,
        "conditionNotMet",
        f"{what} fingerprint either invalid or resource changed: supplied fingerprint does not match current.",
    )
