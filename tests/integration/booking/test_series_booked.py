"""Can a customer book "every Tuesday at 7" on the real servers, and is what conflicts told before anything is booked?"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.booking import series_world
from services.booking.loader import Loader
from shared.ids import derive
from shared.messages.booking import BookSeries, CommandOutcome, PreviewSeries, RefusalCode, SeriesPreview
from tests.integration.booking import series_studio as at
from tests.integration.booking.conftest import Studio
from tests.integration.conftest import eventually

pytestmark = pytest.mark.usefixtures("booking")


def wish(studio: Studio, **changes: Any) -> dict[str, Any]:
    """Yoga daily at 19:00 from the day after tomorrow, three times."""
    return {
        "tenant_id": studio.tenant_id,
        "service_id": derive("service", studio.tenant_id, "yoga"),
        "rrule": "FREQ=DAILY",
        "first_day": first_day(),
        "starts_at_local": time(19),
        "count": 3,
    } | changes


def first_day() -> date:
    return datetime.now(UTC).date() + timedelta(days=2)


async def book(studio: Studio, number: int = 1, **changes: Any) -> CommandOutcome:
    given = {"command_id": uuid4()} | changes
    return await at.ask(studio, BookSeries(contact=studio.contact(number), **wish(studio, **given)))


async def preview(studio: Studio, number: int = 1, **changes: Any) -> SeriesPreview:
    query = PreviewSeries(customer_id=studio.contact(number).customer_id, **wish(studio, **changes))
    return await series_world.preview_series(studio.db, Loader(studio.db), query, datetime.now(UTC))


async def wanted_sessions(studio: Studio) -> list[dict[str, Any]]:
    """The sessions that the wish means."""
    return [r for r in (await at.rows(studio)).values() if r["local"].date() >= first_day()][:3]


async def test_a_series_is_booked_in_one_go_with_one_message_and_one_id(studio: Studio) -> None:
    """Case 25. Every date is a booking of its own; the answer lists them all."""
    told = await at.listen(studio)

    outcome = await book(studio)

    sessions = await wanted_sessions(studio)
    assert outcome.refusal is None
    assert [d.session.session_id if d.session else None for d in outcome.series or ()] == [
        r["id"] for r in sessions
    ]
    mine = (await studio.bookings_of(studio.contact(1))).bookings
    assert [b.booking_id for b in mine] == [d.booking_id for d in outcome.series or ()]
    assert [await studio.seats(r["id"]) for r in sessions] == [(1, 1)] * 3
    [same] = await at.fetch(studio, "SELECT count(DISTINCT series_id) AS n FROM booking.bookings")
    assert same["n"] == 1
    await eventually(lambda: told.all == [("booking_confirmed", "Customer 1")])
    assert await studio.count("outbox") <= 1


async def test_a_conflict_lists_all_dates_and_books_nothing_until_it_may_be_skipped(studio: Studio) -> None:
    """Case 25. The conflict is named; the others can be booked on request."""
    sessions = await wanted_sessions(studio)
    await studio.book(sessions[1]["id"], studio.contact(9), party=10)

    shown = await preview(studio)
    refused = await book(studio)
    nothing = await studio.count("bookings", f"customer_id = '{studio.contact(1).customer_id}'")
    booked = await book(studio, skip_conflicts=True)

    assert refused.refusal is not None
    assert refused.refusal.code == RefusalCode.SESSION_FULL
    for dates in (shown.dates, refused.series or (), booked.series or ()):
        assert [d.conflict for d in dates] == [None, "full", None]
    assert nothing == 0
    assert [d.booking_id is not None for d in booked.series or ()] == [True, False, True]
    assert [await studio.seats(r["id"]) for r in sessions] == [(1, 1), (10, 10), (1, 1)]


async def test_the_same_command_again_books_no_second_series(studio: Studio) -> None:
    command = uuid4()
    first = await book(studio, command_id=command)
    assert await book(studio, command_id=command) == first
    assert await studio.count("bookings") == 3

    another = await book(studio)
    assert another.refusal is not None
    assert [d.conflict for d in another.series or ()] == ["already_booked"] * 3


async def test_each_date_of_a_series_is_cancelled_by_itself(studio: Studio) -> None:
    outcome = await book(studio)
    [first, *_] = outcome.series or ()
    assert first.session is not None
    assert first.booking_id is not None

    await studio.cancel(first.session.session_id, first.booking_id, studio.contact(1))

    assert len((await studio.bookings_of(studio.contact(1))).bookings) == 2


async def test_dates_without_a_class_or_behind_the_horizon_are_conflicts(studio: Studio) -> None:
    """Case 25. And a service that is not there, or a rule that cannot be read, is refused as a whole."""
    far = datetime.now(UTC).date() + timedelta(days=28)
    early = await preview(studio, starts_at_local=time(7))
    late = await preview(studio, first_day=far, count=4)
    unknown = await book(studio, service_id=uuid4())
    unreadable = await book(studio, rrule="FREQ=HOURLY")

    assert [d.conflict for d in early.dates] == ["no_session"] * 3
    assert [d.nearest.seats_left if d.nearest else None for d in early.dates] == [10, 10, 10]
    assert late.dates[-1].conflict == "outside_horizon"
    assert [o.refusal.code if o.refusal else None for o in (unknown, unreadable)] == [
        RefusalCode.NOT_FOUND,
        RefusalCode.INVALID,
    ]


async def test_two_customers_cannot_both_get_the_last_seats_of_a_series(studio: Studio) -> None:
    yoga_full = [r["id"] for r in await wanted_sessions(studio)]
    for session_id in yoga_full:
        await studio.book(session_id, studio.contact(9), party=9)

    outcomes = await asyncio.gather(book(studio, 1), book(studio, 2))

    assert sorted(o.refusal is None for o in outcomes) == [False, True]
    assert [await studio.seats(session_id) for session_id in yoga_full] == [(10, 10)] * 3
