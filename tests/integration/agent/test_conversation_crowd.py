"""Five hundred conversations at once with a model that thinks: what bounds them, and is the order kept in each?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart
from pydantic_ai.models import Model
from pydantic_ai.models.function import AgentInfo, FunctionModel

from services.agent.app import AgentService
from services.agent.models.source import Models, ModelSource
from services.booking.app import BookingService
from shared.messages.conversation import ChoiceContent, MessageReceived
from shared.settings import Settings
from tests.integration.agent.conftest import Customer, Gateway
from tests.integration.conftest import eventually

CROWD = 500


class Thinker:
    """A model that thinks until it may answer; knows how many think at once."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.go_on = asyncio.Event()

    def make(self, _name: str, _source: str) -> Model:
        """See `Models`: one model for every name."""
        return FunctionModel(self._answer)

    async def _answer(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.go_on.wait()
        finally:
            self.now -= 1
        return ModelResponse([TextPart("Sure.")])


class Crowded(AgentService):
    """An agent with that model, within the installation's budget."""

    def __init__(self, settings: Settings, thinker: Thinker) -> None:
        super().__init__(settings)
        self._thinker = thinker
        self._own = Models(settings.model_copy(update={"llm": "test:thinker"}), make=thinker.make)

    def models(self, models: Models) -> ModelSource:
        """See `AgentService.models`."""
        return self._own


@asynccontextmanager
async def crowded(settings: Settings, places: int) -> AsyncIterator[Thinker]:
    thinker = Thinker()
    patient = {"llm_concurrency": places, "turn_deadline_seconds": 100.0, "llm_timeout_seconds": 100.0}
    service = Crowded(settings.model_copy(update=patient), thinker)
    await service.start()
    try:
        yield thinker
    finally:
        await service.stop()


def tap(customer: Customer, number: int) -> MessageReceived:
    """A message that is never answered together with another."""
    return customer.message(ChoiceContent(choice_id=f"ask:{number}", title=f"Number {number}"))


@pytest.mark.no_cover  # the same lines thousands of times
# Whether all of them think at once is seen of five hundred; that fewer places bound them, of three for a place.
@pytest.mark.parametrize(("places", "crowd"), [(CROWD, CROWD), (50, 150)], ids=["500", "50"])
async def test_only_the_models_budget_bounds_how_many_think_at_once_and_each_conversation_keeps_its_order(
    quick: Settings, booking: BookingService, gateway: Gateway, places: int, crowd: int
) -> None:
    customers = [Customer(gateway, f"35191{places:03d}{n:04d}") for n in range(crowd)]
    said = {customer.conversation_id: [tap(customer, n) for n in range(2)] for customer in customers}
    async with crowded(quick, places) as thinker:
        for number in range(2):
            await asyncio.gather(*(gateway.hand_over(messages[number]) for messages in said.values()))
        await eventually(lambda: thinker.now == places, within=60)
        thinker.go_on.set()
        everybody: set[UUID] = {message.message_id for messages in said.values() for message in messages}
        await eventually(lambda: everybody <= set(gateway.receipts), within=60, every=0.2)

    assert thinker.most == places
    for conversation_id, messages in said.items():
        answered = [sent.in_reply_to for sent in gateway.sent[conversation_id]]
        assert answered == [message.provider_id for message in messages]
