"""Is a number understood as the choice it stands for, by what was offered last?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from services.gateway.answers import Answers
from services.gateway.channels import Channel, MessageIn, load
from services.gateway.store.offers import OfferStore
from shared.db import Database
from shared.messages.conversation import (
    ChannelAddress,
    Choice,
    ChoiceContent,
    Content,
    MessageSent,
    TextBody,
    TextContent,
)
from shared.settings import Settings
from tests.integration.gateway.intake_rig import Desk

PERSON = "+351910000001"
YES, NO = Choice(choice_id="yes", title="Yes"), Choice(choice_id="no", title="No, thanks")


class Counted(OfferStore):
    """Counts the reads."""

    reads = 0

    async def last(self, conversation: tuple[UUID, UUID]) -> Sequence[MessageSent]:
        self.reads += 1
        return await super().last(conversation)


class Setup:
    def __init__(self, db: Database, settings: Settings) -> None:
        self.desk = Desk(db, channel="echo")
        self.offers = Counted(db)
        self.answers = Answers(
            self.offers, lambda _channel, item: (self.desk.tenant_id, self.desk.of(item.user_id))
        )
        self.echo = load("echo", settings)
        self.whatsapp = load("whatsapp", settings)

    async def sent(
        self,
        *choices: Choice,
        state: str = "sent",
        rank: int = 20,
        ago: timedelta = timedelta(0),
        to: str = PERSON,
    ) -> UUID:
        """Something was sent."""
        message = MessageSent(
            tenant_id=self.desk.tenant_id,
            message_id=uuid4(),
            conversation_id=self.desk.of(to),
            to=ChannelAddress(channel="echo", account_id=self.desk.account, user_id=to),
            purpose="reply",
            body=TextBody(text="?", choices=choices),
        )
        await self.desk.select(
            "INSERT INTO gateway.deliveries (tenant_id, id, partition, conversation_id, channel, purpose, payload, state,"
            " rank, created_at) VALUES ($1, $2, 99, $3, 'echo', 'reply', $4, $5, $6, $7)",
            self.desk.tenant_id, message.message_id, message.conversation_id, message.encode(), state, rank,
            datetime.now(UTC) - ago,
        )  # fmt: skip
        return message.message_id

    async def understood(self, content: Content | str, channel: Channel | None = None) -> Content:
        """What becomes of this content."""
        [item] = await self.answers.resolved(channel or self.echo, [self.desk.message("m", PERSON, content)])
        assert isinstance(item, MessageIn)
        return item.content


@pytest.fixture
async def setup(db: Database, quick: Settings) -> AsyncIterator[Setup]:
    yield Setup(db, quick)


@pytest.mark.parametrize("text", ["2", " 2. ", "#2", "no, thanks"])
async def test_a_number_or_a_title_is_the_choice_offered_last(setup: Setup, text: str) -> None:
    await setup.sent(YES, NO)
    await setup.sent()  # words without a choice do not take the question back

    assert await setup.understood(text) == ChoiceContent(choice_id="no", title="No, thanks")


@pytest.mark.parametrize("text", ["3", "0", "maybe", "2 people please"])
async def test_other_words_stay_words(setup: Setup, text: str) -> None:
    await setup.sent(YES, NO)
    assert await setup.understood(text) == TextContent(text=text)


async def test_only_the_newest_question_is_answered(setup: Setup) -> None:
    await setup.sent(NO, YES, Choice(choice_id="third", title="Third"))
    await setup.sent(YES, NO)

    assert await setup.understood("1") == ChoiceContent(choice_id="yes", title="Yes")
    assert await setup.understood("3") == TextContent(text="3")


async def test_what_was_not_sent_or_is_a_day_old_or_somebody_elses_was_not_asked(setup: Setup) -> None:
    await setup.sent(YES, ago=timedelta(hours=25))
    await setup.sent(YES, state="pending", rank=0)
    await setup.sent(YES, state="rejected", rank=25)
    await setup.sent(YES, to="+351910000002")

    assert await setup.understood("1") == TextContent(text="1")


async def test_a_short_form_means_the_choice_of_that_very_message(setup: Setup) -> None:
    asked = await setup.sent(YES, NO)
    await setup.sent(NO, YES)
    digest = sha256(str(asked).encode()).hexdigest()[:8]

    tapped = ChoiceContent(choice_id=f"n:2:{digest}", title="n")
    assert await setup.understood(tapped, setup.whatsapp) == ChoiceContent(choice_id="no", title="No, thanks")
    unknown = ChoiceContent(choice_id="n:2:00000000", title="n")
    assert await setup.understood(unknown, setup.whatsapp) == unknown


async def test_nothing_is_read_where_nothing_can_be_meant(setup: Setup) -> None:
    await setup.understood("2", setup.whatsapp)
    await setup.understood("x" * 200)
    await setup.understood(ChoiceContent(choice_id="yes", title="Yes"))

    assert setup.offers.reads == 0
