"""Who talks in the bench, and to which language model? One whose answers cost nothing to make."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart, ToolReturnPart
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.settings import ModelSettings

from services.agent.model import REPLY_TOOL
from shared import ids
from shared.messages.conversation import ChannelAddress, Content, MessageReceived

TENANT: Final = ids.tenant_id_of("yoga-lisboa")


class Quick(Model):
    """A language model whose answers cost nothing to make: after `seconds` it asks for the business's facts (`asks`), then
    replies. Knows how many thought at once."""

    now = most = 0

    def __init__(self, *, seconds: float = 0.0, asks: bool = True) -> None:
        super().__init__()
        self._seconds = seconds
        self._asks = asks

    @property
    def model_name(self) -> str:
        """The model's name."""
        return "quick"

    @property
    def system(self) -> str:
        """The provider's name."""
        return "bench"

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """See `Model.request`."""
        if self._seconds:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(self._seconds)
            self.now -= 1
        newest = messages[-1].parts[-1]
        if self._asks and not (isinstance(newest, ToolReturnPart) and newest.tool_name == "business_info"):
            return ModelResponse([ToolCallPart("business_info", {}, uuid4().hex)], model_name="quick")
        text = {"text": "That is where we are."}
        return ModelResponse([ToolCallPart(REPLY_TOOL, text, uuid4().hex)], model_name="quick")


def message_of(user: str, number: int, content: Content) -> MessageReceived:
    """The n-th message of somebody."""
    return MessageReceived(
        tenant_id=TENANT,
        message_id=ids.derive("bench", user, number),
        conversation_id=ids.conversation_id_of(TENANT, "whatsapp", "100", user),
        sender=ChannelAddress(channel="whatsapp", account_id="100", user_id=user),
        provider_id=f"wamid.{user}.{number}",
        sent_at=datetime.now(UTC),
        content=content,
    )
