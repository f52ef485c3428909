"""Who answers when the first model does not? The next one, and in the end the offline model, always in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pydantic_ai.exceptions import ContentFilterError, FallbackExceptionGroup, OutputTokenLimitExceeded
from pydantic_ai.messages import ModelMessage, ModelRequestAttempt, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from services.agent.facts import Facts
from services.agent.models.budget import Budget
from services.agent.models.guarded import GuardedModel
from services.agent.models.handover import Handover, handover, told, turn_start
from services.agent.models.history import with_unique_ids
from services.agent.models.metrics import FALLEN_BACK
from services.agent.models.names import OFFLINE
from services.agent.offline import OfflineModel
from services.agent.reply import Reply
from shared.db import is_transient
from shared.errors import outline
from shared.telemetry import get_logger

_RESERVE = 3.0
"""Seconds of a turn that are kept for the offline model and its tools."""

FAILED = "failed"
LATE = "late"
CONFUSED = "confused"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a tenant's turns may use: `turn_seconds` each, `tenant_tokens` in 24 hours (0: any number)."""

    turn_seconds: float
    tenant_tokens: int


class ModelChain(WrapperModel):
    """Language models in order, then the offline one.

    A model that fails, refuses, is cut off or rests is followed by the next. The offline model answers when none is left,
    when the turn's time or a budget is used up, or when a model's calls do not fit time and again; and from then on to the
    end of the turn. Raises nothing of its own.
    """

    def __init__(
        self,
        models: Sequence[GuardedModel],
        *,
        budget: Budget,
        allowance: Allowance,
        clock: Callable[[], datetime],
    ) -> None:
        # Any exception, because an adapter's bug must not leave the customer without an answer either.
        super().__init__(
            FallbackModel(*models, fallback_on=(Exception, ContentFilterError, OutputTokenLimitExceeded))
        )
        self._offline = OfflineModel()
        self._budget = budget
        self._allowance = allowance
        self._clock = clock

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """See `Model.request`."""
        turn = handover(messages)
        failed: Sequence[ModelRequestAttempt] = ()
        if not turn.begun:
            why = CONFUSED
            if not turn.confused:
                answer, why, failed = await self._models(messages, model_settings, model_request_parameters)
                if answer is not None:
                    return answer
            FALLEN_BACK.labels(why).inc()
            get_logger("agent").warning("model_fell_back", why=why)
        response = await self._take_over(turn, model_settings, model_request_parameters)
        return replace(response, failed_attempts=list(failed)) if failed else response

    async def _models(
        self, messages: list[ModelMessage], settings: ModelSettings | None, parameters: ModelRequestParameters
    ) -> tuple[ModelResponse | None, str, Sequence[ModelRequestAttempt]]:
        """A language model's answer; or None, why there is none, and what was tried."""
        seconds = self._left(messages)
        if seconds <= 0:
            return None, LATE, ()
        over = await self._over(settings)
        if over is not None:
            return None, over, ()
        try:
            async with asyncio.timeout(seconds) as limit:
                return await super().request(with_unique_ids(messages), settings, parameters), "", ()
        except FallbackExceptionGroup as failed:
            return None, FAILED, failed.attempts
        except TimeoutError:
            if not limit.expired():
                raise
            return None, LATE, ()

    async def _over(self, settings: ModelSettings | None) -> str | None:
        """Why no language model may be asked, if so."""
        tenant_id = (settings or {}).get("usher_tenant_id")
        conversation_id = (settings or {}).get("usher_conversation_id")
        if not isinstance(tenant_id, UUID) or not isinstance(conversation_id, UUID):
            return None
        try:
            return await self._budget.spent_up(tenant_id, conversation_id, self._allowance.tenant_tokens)
        except Exception as error:
            if not is_transient(error):
                raise
            get_logger("agent").warning("budget_unknown", error=outline(error))
            return "budget_unknown"

    def _left(self, messages: Sequence[ModelMessage]) -> float:
        """Seconds that language models still have in this turn; none or less when it is late."""
        begun = messages[turn_start(messages)].timestamp if messages else None
        gone = max(0.0, (self._clock() - begun).total_seconds()) if begun else 0.0
        return self._allowance.turn_seconds - _RESERVE - gone

    async def _take_over(
        self, turn: Handover, settings: ModelSettings | None, parameters: ModelRequestParameters
    ) -> ModelResponse:
        if turn.written is not None:
            # A language model booked and did not live to tell: to plan anew could book a second time.
            return _saying(told(turn.written, _language(settings)), parameters)
        return await self._offline.request(turn.messages, settings, parameters)


def _language(settings: ModelSettings | None) -> str:
    facts = (settings or {}).get("offline_facts")
    return facts.business.language if isinstance(facts, Facts) else ""


def _saying(reply: Reply, parameters: ModelRequestParameters) -> ModelResponse:
    outputs = parameters.output_tools
    args = reply.model_dump(mode="json", exclude_none=True)
    part = (
        ToolCallPart(outputs[0].name, args, tool_call_id="offline-reply") if outputs else TextPart(reply.text)
    )
    return ModelResponse([part], model_name=OFFLINE)
