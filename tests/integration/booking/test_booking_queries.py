"""What do the queries answer, and is it what is committed?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.booking.app import BookingService
from shared import subjects
from shared.bus import QueryFailed
from shared.ids import derive
from shared.messages.booking import Catalogue, FindSessions, GetCatalogue, SessionsFound
from tests.integration.booking.conftest import Studio


async def find(studio: Studio, start: datetime, end: datetime, **fields: object) -> SessionsFound:
    query = FindSessions.model_validate(
        {"tenant_id": studio.tenant_id, "starts_from": start, "starts_before": end, **fields}
    )
    return await studio.bus.query(subjects.query("booking", query.name), query, SessionsFound)


async def test_sessions_with_room_are_found_soonest_first_with_price_time_and_places(
    booking: BookingService, studio: Studio
) -> None:
    found = await studio.find(days=3)
    starts = [session.starts_at for session in found.sessions]
    assert starts == sorted(starts)
    assert all(start > datetime.now(UTC) for start in starts)
    yoga = next(session for session in found.sessions if session.service_name == "Yoga")
    assert (yoga.price, yoga.currency, yoga.seats_left, yoga.staff_name) == (1500, "EUR", 10, "Ana")
    assert yoga.local.endswith("19:00–20:00")


async def test_a_place_that_was_just_taken_is_gone_from_the_next_answer(
    booking: BookingService, studio: Studio
) -> None:
    session_id = (await studio.sessions("Private"))[0]
    await studio.book(session_id, studio.contact(1))
    found = await studio.find(days=7)
    assert session_id not in {session.session_id for session in found.sessions}
    assert session_id in {session.session_id for session in found.full}


async def test_services_staff_and_party_size_narrow_the_search(
    booking: BookingService, studio: Studio
) -> None:
    private = derive("service", studio.tenant_id, "private")
    ana = derive("staff", studio.tenant_id, "ana")
    now = datetime.now(UTC)
    week = (now, now + timedelta(days=7))

    only_private = await find(studio, *week, service_ids=[private])
    only_ana = await find(studio, *week, staff_ids=[ana])
    for_two = await find(studio, *week, party_size=2)

    assert {session.service_name for session in only_private.sessions} == {"Private"}
    assert {session.service_name for session in only_ana.sessions} == {"Yoga"}
    assert {session.service_name for session in for_two.sessions} == {"Yoga"}
    assert {session.service_name for session in for_two.full} == {"Private"}
    assert len((await find(studio, *week, limit=2)).sessions) == 2


async def test_when_nothing_fits_the_nearest_of_the_same_service_are_offered(
    booking: BookingService, studio: Studio
) -> None:
    private = derive("service", studio.tenant_id, "private")
    ids = await studio.sessions("Private")
    await studio.book(ids[2], studio.contact(1))
    taken = (await studio.bookings_of(studio.contact(1))).bookings[0].session
    start = taken.starts_at

    found = await find(studio, start, start + timedelta(hours=1), service_ids=[private])

    assert found.sessions == ()
    assert [session.session_id for session in found.full] == [ids[2]]
    assert len(found.alternatives) == 3
    assert {ids[1], ids[3]} < {session.session_id for session in found.alternatives}
    assert {session.service_name for session in found.alternatives} == {"Private"}


async def test_a_range_that_is_over_offers_the_next_sessions(booking: BookingService, studio: Studio) -> None:
    past = datetime.now(UTC) - timedelta(days=3)
    found = await find(studio, past, past + timedelta(days=1))
    assert found.sessions == found.full == ()
    assert len(found.alternatives) == 3


async def test_the_catalogue_tells_who_the_business_is_and_what_it_offers(
    booking: BookingService, studio: Studio
) -> None:
    query = GetCatalogue(tenant_id=studio.tenant_id)
    catalogue = await studio.bus.query(subjects.query("booking", query.name), query, Catalogue)
    assert catalogue.business.business_name == "Test Studio"
    assert [service.name for service in catalogue.services] == ["Yoga", "Private"]
    assert catalogue.services[0].staff_ids == (catalogue.staff[0].staff_id,)
    assert catalogue.services[0].duration_minutes == 60


async def test_an_unknown_tenant_is_an_error_and_not_an_empty_business(
    booking: BookingService, studio: Studio
) -> None:
    query = GetCatalogue(tenant_id=uuid4())
    with pytest.raises(QueryFailed, match="UnknownTenant"):
        await studio.bus.query(subjects.query("booking", query.name), query, Catalogue)
