"""What does each failure of a provider mean for the next requests?"""

from __future__ import annotations

import pytest
from pydantic_ai.exceptions import (
    ModelAuthenticationError,
    ModelConnectionError,
    ModelContextWindowExceededError,
    ModelNotFoundError,
    ModelOverloadedError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestTimeout,
    ModelServerError,
    ModelTimeoutError,
)

from services.agent.models.failures import Failure, failure_of, may_pass, rest_after, wait_before

USUAL = 30.0


@pytest.mark.parametrize(
    ("error", "failure", "again", "rest"),
    [
        (ModelServerError("m", ""), Failure.FAILED, True, None),
        (ModelOverloadedError("m", ""), Failure.FAILED, True, None),
        (ModelOverloadedError("m", "", retry_after=60), Failure.FAILED, False, 60),
        (ModelConnectionError("m", ""), Failure.FAILED, True, None),
        (ModelTimeoutError("m", ""), Failure.TIMEOUT, False, None),
        (ModelRequestTimeout("m", 5), Failure.TIMEOUT, False, None),
        (ModelRateLimitError("m", ""), Failure.RATE_LIMITED, False, None),
        (ModelRateLimitError("m", "", retry_after=1), Failure.RATE_LIMITED, True, None),
        (ModelRateLimitError("m", "", retry_after=20), Failure.RATE_LIMITED, False, 20),
        (ModelQuotaExceededError("m", ""), Failure.NOT_USABLE, False, USUAL),
        (ModelAuthenticationError("m", ""), Failure.NOT_USABLE, False, USUAL),
        (ModelNotFoundError("m", ""), Failure.NOT_USABLE, False, USUAL),
        (ModelContextWindowExceededError("m", ""), Failure.REJECTED, False, None),
        (ValueError("a bug in an adapter"), Failure.FAILED, False, None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_failure_means(error: Exception, failure: Failure, again: bool, rest: float | None) -> None:
    assert (failure_of(error), may_pass(error), rest_after(error, USUAL)) == (failure, again, rest)


def test_the_provider_says_how_long_to_wait_and_else_it_is_half_a_second() -> None:
    assert wait_before(ModelRateLimitError("m", "", retry_after=1.5)) == 1.5
    assert wait_before(ModelServerError("m", "")) == 0.5
