"""What is said to somebody of the business who writes to its number? How customers are answered; a booking is a booking.

An operator is told in this chat who waits, and what they write back reaches no customer: without a word about that, they
would be answered as one who wants to book.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from pydantic_ai.messages import ModelMessage, ModelRequest, ModelResponse, TextPart

from services.agent import operator_words
from services.agent.answering import Speaker
from services.agent.facts import facts_of
from services.agent.intake import Prompt
from services.agent.journal import Journal
from services.agent.known import Known
from services.agent.language import Intent
from services.agent.memory import Turn
from services.agent.offline.plan import hear
from services.agent.operator_words import Operator
from services.agent.reply import Reply
from services.agent.speaker import Spoken
from services.agent.tools import Bookings
from shared.messages.booking import Catalogue
from shared.messages.conversation import ChannelAddress, MessageReceived

HINT: Final = "operator_hint"
_COMMAND: Final = "usher "
_A_CUSTOMERS: Final = frozenset(
    {
        Intent.BOOK,
        Intent.FIND,
        Intent.CANCEL,
        Intent.RESCHEDULE,
        Intent.MY_BOOKINGS,
        Intent.WAITLIST,
        Intent.PRICE,
        Intent.STAFF_INFO,
        Intent.BUSINESS_INFO,
    }
)


class OperatorSource(Protocol):
    """Whoever knows the operators of a business."""

    async def of(self, tenant_id: UUID) -> Sequence[Operator]:
        """Those who are told that somebody waits. Raises nothing."""


@dataclass(frozen=True, slots=True)
class OperatorsApart:
    """Answers everybody as `speaker` does, but operators, unless they talk as customers do."""

    speaker: Speaker
    operators: OperatorSource
    bookings: Bookings

    async def answer(
        self, prompt: Prompt, message: MessageReceived, known: Known, journal: Journal
    ) -> Spoken:
        """See `Speaker.answer`."""
        operator = operator_of(message.sender, await self.operators.of(message.tenant_id))
        if operator is not None and prompt.choice_id is None and not in_a_booking(known.history):
            catalogue = await self.bookings.catalogue(message.tenant_id)
            if not as_a_customer(prompt.text, catalogue, message, known):
                language = operator.language or catalogue.business.language
                return hint(prompt.text, operator, language)
        return await self.speaker.answer(prompt, message, known, journal)


def operator_of(sender: ChannelAddress, operators: Sequence[Operator]) -> Operator | None:
    """Which operator writes, by the verified sender; None: somebody else."""
    account = (sender.channel, sender.account_id)
    ids = {sender.user_id, (sender.phone or sender.user_id).removeprefix("+")}
    return next((o for o in operators if (o.channel, o.account_id) == account and o.user_id in ids), None)


def in_a_booking(history: Sequence[ModelMessage]) -> bool:
    """Whether what was said to them last is what customers are told, so that "yes" or "the second one" is an answer to it."""
    for message in reversed(history):
        if isinstance(message, ModelResponse):
            return (message.metadata or {}).get("from") not in (operator_words.PURPOSE, HINT)
    return False


def as_a_customer(text: str, catalogue: Catalogue, message: MessageReceived, known: Known) -> bool:
    """Whether these words want what customers want."""
    if text.strip().lower().startswith(_COMMAND):
        return False
    said = hear(text, facts_of(catalogue, message.sent_at, known))
    return said.service is not None or not _A_CUSTOMERS.isdisjoint(said.intents)


def hint(said: str, operator: Operator, language: str) -> Spoken:
    """How to answer customers, in the history as the system's."""
    text = operator_words.how_to_answer(operator.slug, language)
    turn: Turn = [
        ModelRequest.user_text_prompt(said),
        ModelResponse(parts=[TextPart(text)], metadata={"from": HINT}),
    ]
    return Spoken(Reply(text=text), turn, "operator", language=language)
