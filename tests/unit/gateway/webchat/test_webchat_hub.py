"""The hub: whatever nudges come, each page gets what lies after its position, in order, once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels.webchat import Frame
from services.gateway.store.deliveries import Conversation
from services.gateway.store.webchat import StoredMessage
from services.gateway.webchat.hub import Hub
from shared.errors import Transient
from shared.messages.conversation import ChannelAddress, MessageSent, ReactionBody, TextBody

TENANT = UUID("11111111-1111-4111-8111-111111111111")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Table:
    """Messages by conversation; fails as often as told."""

    def __init__(self) -> None:
        self.rows: dict[UUID, list[StoredMessage]] = {}
        self.failures = 0

    def add(self, conversation: Conversation, text: str) -> int:
        body = TextBody(text=text) if text else ReactionBody(provider_id="1", emoji="")
        rows = self.rows.setdefault(conversation[1], [])
        to = ChannelAddress(channel="webchat", account_id="studio", user_id="ana")
        message = MessageSent(
            tenant_id=TENANT,
            message_id=uuid4(),
            conversation_id=conversation[1],
            to=to,
            purpose="reply",
            body=body,
        )
        rows.append(StoredMessage(len(rows) + 1, message.message_id, message.encode(), NOW))
        return len(rows)

    async def following(self, conversation: Conversation, after: int, most: int) -> list[StoredMessage]:
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise Transient
        return [row for row in self.rows.get(conversation[1], ()) if row.position > after][:most]

    async def behind(self, watched: Sequence[tuple[Conversation, int]]) -> set[UUID]:
        return {c[1] for c, position in watched if len(self.rows.get(c[1], ())) > position}


class Page:
    """Keeps what it is sent, until it is gone."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.position = 0
        self.pump: asyncio.Task[None] | None = None
        self.again = False
        self.typing = False
        self.sent: list[Frame] = []
        self.is_gone = False

    async def send(self, frame: Frame) -> bool:
        await asyncio.sleep(0)
        if not self.is_gone:
            self.sent.append(frame)
        return not self.is_gone

    @property
    def texts(self) -> list[object]:
        return [frame.get("text", frame["type"]) for frame in self.sent]


def conversation() -> Conversation:
    return TENANT, uuid4()


async def settled(*pages: Page) -> None:
    while pumps := [page.pump for page in pages if page.pump is not None]:
        await asyncio.wait(pumps)
        await asyncio.sleep(0)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=40))
def test_pages_get_every_message_once_and_in_order_whatever_the_nudges(steps: list[tuple[int, int]]) -> None:
    async def play() -> None:
        table = Table()
        hub, mine = Hub(table), conversation()
        pages = [Page(mine), Page(mine)]
        for page in pages:
            hub.join(page)
        said: list[str] = []
        for adds, nudges in steps:
            for _ in range(adds):
                said.append(f"{len(said)}")
                table.add(mine, said[-1])
            for back in range(nudges):  # the newest, older ones, the same again
                hub.news(mine[1], max(1, len(said) - back))
            await asyncio.sleep(0)
        hub.news(mine[1], len(said) + 1)
        await settled(*pages)
        assert [page.texts for page in pages] == [said, said]

    asyncio.run(play())


async def test_a_nudge_about_what_a_page_has_already_reads_nothing() -> None:
    table, mine = Table(), conversation()
    hub, page = Hub(table), Page(mine)
    hub.join(page)
    hub.news(mine[1], table.add(mine, "one"))
    await settled(page)
    table.failures = 1

    hub.news(mine[1], 1)

    assert page.pump is None
    assert table.failures == 1


async def test_what_cannot_be_shown_is_passed_over() -> None:
    table, mine = Table(), conversation()
    hub, page = Hub(table), Page(mine)
    hub.join(page)
    for text in ("one", "", "three"):
        hub.news(mine[1], table.add(mine, text))
    await settled(page)

    assert page.texts == ["one", "three"]
    assert page.position == 3


async def test_a_page_waits_for_a_database_that_is_away() -> None:
    table, mine = Table(), conversation()
    hub, page = Hub(table), Page(mine)
    hub.join(page)
    table.failures = 1
    hub.news(mine[1], table.add(mine, "late"))
    await settled(page)

    assert page.texts == ["late"]


async def test_a_page_that_is_gone_keeps_its_position_and_is_told_nothing_more() -> None:
    table, mine = Table(), conversation()
    hub, page = Hub(table), Page(mine)
    hub.join(page)
    page.is_gone = True
    hub.news(mine[1], table.add(mine, "unseen"))
    await settled(page)
    hub.leave(page)
    hub.news(mine[1], 1)

    assert (page.position, page.pump, hub.pages(mine[1])) == (0, None, ())


async def test_a_sweep_finds_what_no_nudge_told_of() -> None:
    table, mine, other = Table(), conversation(), conversation()
    hub, pages = Hub(table), [Page(mine), Page(other)]
    for page in pages:
        hub.join(page)
    table.add(mine, "nobody said so")
    sweeping = asyncio.create_task(hub.sweep(lambda: True, 60.0))

    hub.sweep_now()
    while not pages[0].sent:
        await asyncio.sleep(0)
    sweeping.cancel()

    assert [page.texts for page in pages] == [["nobody said so"], []]


async def test_typing_comes_before_the_message_that_was_typed() -> None:
    table, mine = Table(), conversation()
    hub, page = Hub(table), Page(mine)
    hub.join(page)
    hub.typing(mine[1])
    hub.news(mine[1], table.add(mine, "here"))
    await settled(page)

    assert page.texts == ["typing", "here"]
