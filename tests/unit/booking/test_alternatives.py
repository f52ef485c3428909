"""What refusals offer instead is read once for everybody who is refused at the same moment."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID, uuid4

from services.booking.alternatives import FRESH_SECONDS, Alternatives
from services.booking.queries import Reads
from shared.errors import Transient
from shared.messages.booking import SessionView

STARTS = datetime(2026, 11, 23, 19, tzinfo=UTC)
VIEW = SessionView(
    session_id=uuid4(), service_id=uuid4(), service_name="Yoga", starts_at=STARTS, ends_at=STARTS + timedelta(hours=1),
    timezone="Europe/Lisbon", local="Mon 23 Nov, 19:00–20:00", price=1500, currency="EUR", capacity=10, seats_left=3,
)  # fmt: skip


class Counting:
    """Stands in for `Reads`: counts how often it is asked; raises what `failing` holds."""

    def __init__(self) -> None:
        self.asked = 0
        self.failing: list[Exception] = []

    async def instead_of(self, tenant_id: UUID, session_id: UUID, party_size: int) -> tuple[SessionView, ...]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.failing:
            raise self.failing.pop(0)
        return (VIEW,)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


KEY = (uuid4(), uuid4(), 1)


async def test_forty_refused_at_once_cause_one_read() -> None:
    reads = Counting()
    alternatives = Alternatives(cast(Reads, reads), Clock())

    found = await asyncio.gather(*(alternatives.of(KEY) for _ in range(40)))

    assert found == [(VIEW,)] * 40
    assert reads.asked == 1


async def test_what_is_older_than_the_stated_time_is_read_again() -> None:
    reads, clock = Counting(), Clock()
    alternatives = Alternatives(cast(Reads, reads), clock)
    await alternatives.of(KEY)

    clock.now += FRESH_SECONDS
    await alternatives.of(KEY)

    assert reads.asked == 2


async def test_another_session_or_party_is_another_question() -> None:
    reads = Counting()
    alternatives = Alternatives(cast(Reads, reads), Clock())

    await alternatives.of(KEY)
    await alternatives.of((KEY[0], KEY[1], 2))
    await alternatives.of((KEY[0], uuid4(), 1))

    assert reads.asked == 3


async def test_while_the_database_is_away_nothing_is_offered_and_nothing_remembered() -> None:
    reads = Counting()
    reads.failing = [Transient("away")]
    alternatives = Alternatives(cast(Reads, reads), Clock())

    assert await alternatives.of(KEY) == ()
    assert await alternatives.of(KEY) == (VIEW,)
