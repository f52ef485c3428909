"""Which choice does a person mean who answers with a number? The last choices of the conversation say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Final, Protocol
from uuid import UUID

from services.gateway.channels import Channel, Inbound, MessageIn
from services.gateway.channels.degrade import chosen
from services.gateway.domain.more import Numbered, numbered_of
from shared.messages.conversation import Choice, ChoiceContent, MessageSent, TextBody, TextContent

LONGEST_ANSWER: Final = 80
"""A longer text is no number and no title."""


class Offers(Protocol):
    """What was sent to a conversation (see `store.offers`)."""

    async def last(self, conversation: tuple[UUID, UUID]) -> Sequence[MessageSent]:
        """What may have offered choices in the last 24 hours, the newest first. Raises transient errors."""


Whose = Callable[[str, MessageIn], tuple[UUID, UUID] | None]
"""(tenant id, conversation id) of a channel's message, as far as is known without asking."""


class Answers:
    """Turns numbers into the choices they stand for. Costs a read, and only for texts that may be an answer."""

    def __init__(self, offers: Offers, whose: Whose) -> None:
        self._offers = offers
        self._whose = whose

    def concerned(self, channel: Channel, items: Sequence[Inbound]) -> bool:
        """Whether there may be such an answer among them."""
        return channel.capabilities.numbered or any(map(_short_form, items))

    async def resolved(self, channel: Channel, items: Sequence[Inbound]) -> Sequence[Inbound]:
        """The items, answers by number as the choices they mean. Raises transient errors of the database."""
        if not self.concerned(channel, items):
            return items
        return [await self._resolved(channel, item) for item in items]

    async def _resolved(self, channel: Channel, item: Inbound) -> Inbound:
        if not isinstance(item, MessageIn):
            return item
        short = _short_form(item)
        is_text = channel.capabilities.numbered and _may_answer(item)
        if short is None and not is_text:
            return item
        conversation = self._whose(channel.name, item)
        if conversation is None:
            return item
        sent = await self._offers.last(conversation)
        choice = _numbered(short, sent) if short else _said(item, sent)
        if choice is None:
            return item
        return item._replace(content=ChoiceContent(choice_id=choice.choice_id, title=choice.title))


def _short_form(item: Inbound) -> Numbered | None:
    # `kind` first: nearly all are texts, and asking pydantic's classes takes time.
    if isinstance(item, MessageIn) and item.content.kind == "choice":
        assert isinstance(item.content, ChoiceContent)  # noqa: S101
        return numbered_of(item.content.choice_id)
    return None


def _may_answer(item: MessageIn) -> bool:
    return isinstance(item.content, TextContent) and 0 < len(item.content.text.strip()) <= LONGEST_ANSWER


def _choices(sent: MessageSent) -> tuple[Choice, ...]:
    return sent.body.choices if isinstance(sent.body, TextBody) else ()


def _said(item: MessageIn, sent: Sequence[MessageSent]) -> Choice | None:
    """By the newest message that offered something: what it asked before is not asked any more."""
    offered = next((choices for one in sent if (choices := _choices(one))), ())
    return chosen(item.content.text, offered) if isinstance(item.content, TextContent) else None


def _numbered(short: Numbered, sent: Sequence[MessageSent]) -> Choice | None:
    """By the very message whose button it was, however old."""
    by_id: Mapping[str, MessageSent] = {
        sha256(str(one.message_id).encode()).hexdigest()[:8]: one for one in sent
    }
    offer = by_id.get(short.digest)
    choices = _choices(offer) if offer else ()
    return choices[short.number - 1] if 1 <= short.number <= len(choices) else None
