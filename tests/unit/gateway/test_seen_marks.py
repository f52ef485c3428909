"""Does a person see that we are at it, and does nothing else suffer from it? With a provider of our own making."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson

from services.gateway.attention import MOST_WAITING, TAP_AGAIN_SECONDS, WORKERS, SeenMarks
from services.gateway.channels import Capabilities, Channel, HttpAnswer, HttpCall
from services.gateway.domain.account import ChannelAccount
from services.gateway.inbound import InboxRow, Kind
from services.gateway.sender import AnswerLost, NotSent
from shared.messages.conversation import ShowTyping
from tests.unit.gateway.factories import CONVERSATION, TENANT, adapter

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class World:
    """Everything around the marks."""

    calls: list[str] = field(default_factory=list)
    free: bool = True
    paused: bool = False
    fails: bool = False
    called: asyncio.Event = field(default_factory=asyncio.Event)
    now: datetime = NOW
    asked: int = 0

    def account(self, channel: str, account_id: str) -> ChannelAccount | None:
        return ChannelAccount(TENANT, channel, account_id, secrets={"access_token": ("t",)})

    async def look_up_account(self, channel: str, account_id: str) -> ChannelAccount | None:
        raise AssertionError("nobody asks the database for a sign")

    async def call(self, call: HttpCall, data: bytes | None = None) -> HttpAnswer | NotSent | AnswerLost:
        if self.fails:
            self.fails = False
            raise RuntimeError("a mistake")
        assert call.json is not None
        self.calls.append(str(call.json["message_id"]))
        self.called.set()
        return AnswerLost("gone")

    async def turn_if_free(self, account: ChannelAccount, capabilities: Capabilities) -> bool:
        self.asked += 1
        return self.free

    def left(self, channel: str, account_id: str) -> float:
        return 60.0 if self.paused else 0.0

    async def over(self, channel: str, account_id: str, within: float) -> None:
        raise AssertionError("nobody waits for a sign")

    async def pause(self, account: ChannelAccount, after: float, reason: str) -> None:
        raise AssertionError("a sign pauses nothing")

    async def marked(self, *rows: InboxRow) -> list[str]:
        """What is marked of these; afterwards one more is, to know that nothing is under way."""
        channels: dict[str, Channel] = {"whatsapp": adapter()}
        marks = SeenMarks(channels, self, self, self, self, now=lambda: self.now)
        marks.offer(rows)
        taps = [row.provider_id for row in rows if b'"choice"' in row.payload]
        running = asyncio.create_task(marks.run())
        async with asyncio.timeout(10):
            while marks.waiting:
                await asyncio.sleep(0)
            self.free, self.paused = True, False
            self.now += timedelta(seconds=TAP_AGAIN_SECONDS)
            marks.offer([row("last")])
            while not {"last", *taps} <= set(self.calls):
                await asyncio.sleep(0)
        running.cancel()
        return [call for call in self.calls if call != "last"]


def row(provider_id: str, kind: str = "text", *, ago: float = 1.0, row_kind: Kind = "message") -> InboxRow:
    payload = orjson.dumps({"content": {"kind": kind}})
    sent_at = NOW - timedelta(seconds=ago)
    return InboxRow(
        TENANT, uuid4(), row_kind, "whatsapp", "111", provider_id, payload, b"", "in.x", CONVERSATION,
        "351910000001", sent_at,
    )  # fmt: skip


async def test_a_new_message_is_marked_seen() -> None:
    assert await World().marked(row("wamid.1")) == ["wamid.1"]


async def test_what_nobody_answers_is_not_marked() -> None:
    rows = [
        row("echo", "echo"),
        row("edit", "edit"),
        row("reaction", "reaction"),
        row("s", row_kind="status"),
    ]

    assert await World().marked(*rows) == []


async def test_an_old_message_is_not_marked() -> None:
    assert await World().marked(row("old", ago=3600)) == []


async def test_nothing_is_marked_while_others_wait_for_their_turn_or_the_account_is_paused() -> None:
    assert await World(free=False).marked(row("wamid.1")) == []
    assert await World(paused=True).marked(row("wamid.1")) == []


async def test_a_tap_waits_for_its_turn_because_its_button_keeps_turning() -> None:
    assert await World(free=False).marked(row("tap", "choice"), row("wamid.1")) == ["tap"]


async def test_a_flood_is_not_asked_about_one_by_one_when_there_is_no_turn() -> None:
    world = World(free=False)

    assert await world.marked(*(row(str(n)) for n in range(MOST_WAITING))) == []

    assert 2 <= world.asked <= WORKERS + 1, "the last one, a quarter of a second later, is asked about again"


async def test_a_tap_in_a_flood_still_waits_for_its_turn() -> None:
    world = World(free=False)
    channels: dict[str, Channel] = {"whatsapp": adapter()}
    marks = SeenMarks(channels, world, world, world, world, now=lambda: world.now)
    running = asyncio.create_task(marks.run())
    async with asyncio.timeout(10):
        marks.offer([row("wamid.1")])
        while not world.asked:
            await asyncio.sleep(0)
        marks.offer([row("wamid.2"), row("tap", "choice")])
        assert marks.waiting == 1, "only the tap"
        world.free = True
        await world.called.wait()
    running.cancel()
    assert world.calls == ["tap"]


async def test_a_mark_that_fails_does_not_stop_the_next() -> None:
    assert await World(fails=True).marked(row("wamid.1"), row("wamid.2")) == ["wamid.2"]


async def test_no_more_wait_than_can_be_of_use() -> None:
    rows = [row(str(n)) for n in range(MOST_WAITING + 10)]

    assert set(await World().marked(*rows)) == {str(n) for n in range(10, MOST_WAITING + 10)}


async def test_a_turn_that_takes_long_is_shown_as_typing_when_there_is_time_and_the_account_is_the_tenants() -> (
    None
):
    world = World()
    channels: dict[str, Channel] = {"whatsapp": adapter()}
    marks = SeenMarks(channels, world, world, world, world, now=lambda: NOW)
    question = ShowTyping(
        tenant_id=TENANT,
        conversation_id=CONVERSATION,
        channel="whatsapp",
        account_id="111",
        user_id="351910000001",
        provider_id="wamid.9",
    )

    assert (await marks.show(question)).shown
    assert not (await marks.show(question.model_copy(update={"tenant_id": uuid4()}))).shown
    assert not (await marks.show(question.model_copy(update={"channel": "pigeon"}))).shown
    world.free = False
    assert not (await marks.show(question)).shown
    world.free, world.paused = True, True
    assert not (await marks.show(question)).shown
    assert world.calls == ["wamid.9"]
