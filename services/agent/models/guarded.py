"""How is one language model asked, so that its trouble stays its own? With a place, a patience, a retry, a breaker."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from pydantic_ai.concurrency import AbstractConcurrencyLimiter
from pydantic_ai.exceptions import ModelAPIError, ModelRequestTimeout
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from services.agent.models.breaker import Breaker
from services.agent.models.failures import Failure, failure_of, may_pass, rest_after, wait_before
from services.agent.models.metrics import REQUESTS, RESTING, SECONDS, TOKENS
from services.agent.models.names import provider_of
from services.agent.models.settings import OWN
from shared.errors import outline
from shared.telemetry import get_logger

_OUTCOMES: Final = {"content_filter": "refused", "length": "cut_off"}


class ModelResting(ModelAPIError):
    """The model failed before and is left alone for a while; it was not asked."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How much one model is given for one answer: `seconds` in all, `retries` after failures that may pass, `tokens`.

    `rest`: for how many seconds a model that cannot be used is left alone.
    """

    seconds: float
    retries: int
    tokens: int
    rest: float


class GuardedModel(WrapperModel):
    """A language model behind its breaker and its provider's places.

    Raises pydantic-ai's errors, `ModelResting` when it is not asked, and `ModelRequestTimeout` when it takes longer than
    its patience. Waiting for a place counts for neither. A request that is cancelled gives its place back and says nothing
    about the model.
    """

    def __init__(
        self,
        wrapped: Model,
        name: str,
        *,
        breaker: Breaker,
        places: AbstractConcurrencyLimiter,
        patience: Patience,
    ) -> None:
        super().__init__(wrapped)
        self.name = name
        self._breaker = breaker
        self._places = places
        self._patience = patience

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """See `Model.request`."""
        settings = self._merged(model_settings)
        if self._breaker.resting:  # no place is needed to find that out
            raise self._refused()
        await self._places.acquire(f"model:{self.name}")
        try:
            if not self._breaker.admit():
                raise self._refused()
            return await self._ask(messages, settings, model_request_parameters)
        finally:
            self._places.release()

    def _merged(self, given: ModelSettings | None) -> ModelSettings:
        # `max_retries`: the provider's SDK would wait for as long as a 429 says, we ask the next model instead.
        # `cache`: each turn asks several times with the same tools and instructions, and others of the tenant do, too.
        ours = {
            "max_tokens": self._patience.tokens,
            "max_retries": 0,
            "timeout": self._patience.seconds,
            "cache": {"messages": False},
        }
        if provider_of(self.name).startswith("openai"):
            ours["openai_store"] = False  # what customers say is not kept there for thirty days
        said = {key: value for key, value in (given or {}).items() if key not in OWN}
        settings: ModelSettings = {**ours, **said}  # type: ignore[typeddict-item]  # openai_store is of one provider
        return settings

    async def _ask(
        self, messages: list[ModelMessage], settings: ModelSettings, parameters: ModelRequestParameters
    ) -> ModelResponse:
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._patience.seconds) as limit:
                response = await self._again(messages, settings, parameters)
        except Exception as error:
            failed: Exception = error
            if limit.expired():
                failed = ModelRequestTimeout(self.name, self._patience.seconds)
            self._failed(failed)
            raise failed from error
        except BaseException:  # cancelled: nobody waits for this answer any more
            self._breaker.left()
            REQUESTS.labels(self.name, "left").inc()
            raise
        self._answered(response, time.monotonic() - began)
        return response

    async def _again(
        self, messages: list[ModelMessage], settings: ModelSettings, parameters: ModelRequestParameters
    ) -> ModelResponse:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(1 + self._patience.retries),
            retry=retry_if_exception(may_pass),
            wait=_wait,
            reraise=True,
        )
        return await retrying(self.wrapped.request, messages, settings, parameters)

    def _answered(self, response: ModelResponse, seconds: float) -> None:
        self._breaker.succeeded()
        RESTING.labels(self.name).set(0)
        REQUESTS.labels(self.name, _OUTCOMES.get(response.finish_reason or "", "answered")).inc()
        SECONDS.labels(self.name).observe(seconds)
        TOKENS.labels(self.name, "in").inc(response.usage.input_tokens)
        TOKENS.labels(self.name, "out").inc(response.usage.output_tokens)

    def _failed(self, error: Exception) -> None:
        failure = failure_of(error)
        REQUESTS.labels(self.name, failure).inc()
        get_logger("agent").warning(
            "model_failed", model=self.name, failure=failure.value, error=outline(error)
        )
        if failure is Failure.REJECTED:  # the request's fault: the model did answer
            self._breaker.left()
            return
        if self._breaker.failed(rest=rest_after(error, self._patience.rest)):
            RESTING.labels(self.name).set(1)
            get_logger("agent").error("model_resting", model=self.name, failure=failure.value)

    def _refused(self) -> ModelResting:
        REQUESTS.labels(self.name, "resting").inc()
        return ModelResting(self.name, f"{self.name} failed before and is left alone for a while")


def _wait(state: RetryCallState) -> float:
    return wait_before(state.outcome.exception() if state.outcome else None)
