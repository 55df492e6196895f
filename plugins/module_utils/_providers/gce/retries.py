# Copyright: (c) 2026, The dockyard.swarm authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change with any release.

"""Which failed requests to Google are retried, and after which delay."""

from __future__ import annotations

from dataclasses import dataclass

RETRIED_STATUSES = frozenset({408, 429, 500, 502, 503, 504})

# Compute answers 403 for an exceeded rate quota; only the reason distinguishes it from a missing permission.
# Source: https://cloud.google.com/compute/api-quota
RETRIED_REASONS = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "concurrentOperationQuotaExceeded"})

FIRST_DELAY = 0.5
LONGEST_DELAY = 32.0


@dataclass(frozen=True)
class Attempt:
    """The result of one request.

    Attributes:
        number: 1 for the first.
        status: the HTTP status; 0 if the connection failed or timed out.
        reason: Google's reason code.
        retry_after: seconds of the Retry-After header, if there is one.
    """

    number: int
    status: int
    reason: str = ""
    retry_after: float | None = None


def delay_before_next(attempt: Attempt, retries: int, chance: float) -> float | None:
    """Seconds to wait before the next attempt; None if there is none: it would not help, or the limit is reached.

    Args:
        retries: how many attempts may follow the first.
        chance: a random number from 0 to 1 (jitter), which spreads clients that failed at the same time.
    """
    if attempt.number > retries or not _may_pass(attempt):
        return None
    if attempt.retry_after is not None:
        return min(attempt.retry_after, LONGEST_DELAY)
    ceiling = min(FIRST_DELAY * 2 ** (attempt.number - 1), LONGEST_DELAY)
    return ceiling * (0.5 + chance / 2)


def _may_pass(attempt: Attempt) -> bool:
    return attempt.status == 0 or attempt.status in RETRIED_STATUSES or attempt.reason in RETRIED_REASONS
