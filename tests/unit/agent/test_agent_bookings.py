"""Does the agent ask booking again until it has an answer, and spare it the same question?"""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from pydantic import BaseModel

from services.agent.bookings import BusBookings, persistently
from shared.bus import Bus, QueryFailed
from shared.errors import Unanswered
from shared.messages.booking import Catalogue
from tests.unit.agent.studio import CATALOGUE, TENANT


class Line:
    """A bus whose queries are answered from a list; what is an error is raised."""

    def __init__(self, *answers: BaseModel | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def query(self, subject: str, message: object, answer: type[BaseModel]) -> BaseModel:
        self.asked += 1
        await asyncio.sleep(0)
        given = self.answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given


def bookings(line: Line, *, deadline: float = 30.0, fresh: float = 30.0) -> BusBookings:
    return BusBookings(cast(Bus, line), every=1, deadline=deadline, fresh=fresh)


async def test_a_question_is_asked_again_until_it_is_answered() -> None:
    line = Line(Unanswered("nobody there"), QueryFailed("the database is away"), CATALOGUE)

    assert await bookings(line).catalogue(TENANT) == CATALOGUE
    assert line.asked == 3


async def test_after_the_deadline_nobody_answered() -> None:
    async def ask() -> Catalogue:
        raise QueryFailed("the database is away")

    with pytest.raises(Unanswered, match="the database is away"):
        await persistently(ask, deadline=0)


async def test_customers_who_write_at_once_share_one_question_for_the_catalogue() -> None:
    line = Line(CATALOGUE)
    port = bookings(line)

    assert await asyncio.gather(*(port.catalogue(TENANT) for _ in range(20))) == [CATALOGUE] * 20
    assert line.asked == 1


async def test_an_old_catalogue_is_asked_for_again_and_used_when_nobody_answers() -> None:
    newer = CATALOGUE.model_copy(update={"staff": ()})
    line = Line(CATALOGUE, newer, Unanswered("nobody there"))
    port = bookings(line, fresh=0)

    assert await port.catalogue(TENANT) == CATALOGUE
    assert await port.catalogue(TENANT) == newer
    assert await port.catalogue(TENANT) == newer
    assert line.asked == 3
