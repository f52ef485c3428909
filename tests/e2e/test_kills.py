"""Conversations go on while each service, then NATS with its store, Redis with its store, and PostgreSQL are killed.

`CHAOS_CONVERSATIONS` sets how many customers write (default 24; the issue's figure is 200).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg
import pytest

from devkit.demo.play import until_quiet
from devkit.demo.world import DemoSupervisor
from devkit.phone import Phone

KILLS = ("gateway", "agent", "booking", "notifier", "media", "nats", "redis", "postgres")
WIPED = {"nats", "redis"}

CONVERSATIONS = int(os.environ.get("CHAOS_CONVERSATIONS", "24"))
PATIENCE_SECONDS = 120.0


@dataclass
class Progress:
    """How far the conversations are, for proving that kills hit them in the middle."""

    begun: int = 0
    done: int = 0
    hit: int = 0

    @property
    def under_way(self) -> int:
        return self.begun - self.done


async def converse(phone: Phone, day: str, progress: Progress) -> None:
    progress.begun += 1
    await phone.say(f"I want yoga {day} at 7pm")
    [found] = await phone.answers(within=PATIENCE_SECONDS)
    assert found.content.buttons, found.content.text
    await phone.say("yes please")
    await phone.answers(2, within=PATIENCE_SECONDS)
    progress.done += 1


@pytest.mark.chaos
@pytest.mark.timeout(900)
async def test_every_customer_ends_with_the_right_booking_and_exactly_their_messages(
    new_phone: Callable[..., Phone], supervisor: DemoSupervisor, database_url: str
) -> None:
    phones = [new_phone() for _ in range(CONVERSATIONS)]
    progress = Progress()
    days = ["in three days", "in four days", "in five days"]
    waves = [phones[n :: len(KILLS)] for n in range(len(KILLS))]
    conversations: list[asyncio.Task[None]] = []

    for wave, victim in zip(waves, KILLS, strict=True):
        conversations += [
            asyncio.create_task(converse(phone, days[n % 3], progress)) for n, phone in enumerate(wave)
        ]
        await asyncio.sleep(0)  # the first messages leave
        await until(lambda: progress.under_way > 0)
        progress.hit += progress.under_way
        await supervisor.kill(victim)
        await supervisor.restart(victim, wipe=victim in WIPED)
    await asyncio.gather(*conversations)

    await until_quiet(database_url, within=PATIENCE_SECONDS)
    assert progress.hit >= len(KILLS), "no kill hit a conversation: the test proves nothing"
    await assert_exactly_theirs(phones, database_url)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.001)


async def assert_exactly_theirs(phones: list[Phone], database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for phone in phones:
            held = await connection.fetchval(
                "SELECT count(*) FROM booking.bookings WHERE status = 'confirmed'"
                " AND contact -> 'address' ->> 'user_id' = $1",
                phone.customer,
            )
            extra = await phone.poll()
            kinds = [message.content.type for message in phone.seen]
            assert held == 1, f"{phone.customer} holds {held} bookings; got {kinds}"
            assert kinds == ["interactive", "text", "document"], [m.content.text for m in phone.seen] + extra
        for schema in ("gateway", "agent", "booking", "notifier"):
            letters = await connection.fetch(f"SELECT subject, reason FROM {schema}.dead_letters")
            assert [dict(letter) for letter in letters] == []
        assert (
            await connection.fetchval(
                "SELECT count(*) FROM booking.sessions s WHERE seats_taken <> (SELECT coalesce(sum(party_size), 0)"
                " FROM booking.bookings b WHERE b.session_id = s.id AND b.status = 'confirmed')"
            )
            == 0
        )
    finally:
        await connection.close()
