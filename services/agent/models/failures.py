"""What does a failed request say: may asking again help, is the model to be left alone, and for how long?"""

from __future__ import annotations

from enum import StrEnum

from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelRequestTimeout,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
)

SHORT_WAIT = 2.0
"""Seconds that we wait for a model before we ask the next one."""
_FIRST_WAIT = 0.5


class Failure(StrEnum):
    """How a request failed (a metric's label)."""

    RATE_LIMITED = "rate_limited"
    NOT_USABLE = "not_usable"
    REJECTED = "rejected"
    TIMEOUT = "timeout"
    FAILED = "failed"


def failure_of(error: Exception) -> Failure:
    """Which of them it is."""
    match error:
        case ModelRateLimitError():
            return Failure.RATE_LIMITED
        case ModelQuotaExceededError() | ModelAuthenticationError() | ModelNotFoundError():
            return Failure.NOT_USABLE
        case ModelRequestRejectedError():
            return Failure.REJECTED
        case ModelTimeoutError() | ModelRequestTimeout():
            return Failure.TIMEOUT
        case _:
            return Failure.FAILED


def may_pass(error: BaseException) -> bool:
    """Whether the same request may succeed within `SHORT_WAIT`."""
    match error:
        case ModelTimeoutError() | ModelRequestTimeout():
            return False
        case ModelRateLimitError():
            # Without a word about when, the next model is the better bet.
            return error.retry_after is not None and error.retry_after <= SHORT_WAIT
        case ModelServerError() | ModelUnavailableError() | ModelConnectionError():
            return error.retry_after is None or error.retry_after <= SHORT_WAIT
        case _:
            return False


def wait_before(error: BaseException | None) -> float:
    """Seconds to wait before the request is made again."""
    asked = error.retry_after if isinstance(error, ModelAPIError) else None
    return _FIRST_WAIT if asked is None else asked


def rest_after(error: Exception, usual: float) -> float | None:
    """Seconds for which the model is of no use to anybody, or None when a failure is just counted.

    A limit ends when the provider says; a key, a name or an empty account is not mended by asking five times.
    """
    match failure_of(error):
        case Failure.RATE_LIMITED:
            asked = error.retry_after if isinstance(error, ModelAPIError) else None
            return asked if asked and asked > SHORT_WAIT else None
        case Failure.NOT_USABLE:
            return usual
        case _:
            asked = error.retry_after if isinstance(error, ModelAPIError) else None
            return asked if asked and asked > SHORT_WAIT else None
