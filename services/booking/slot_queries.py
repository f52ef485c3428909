"""Which appointments are free? Slots for whoever asks, and the nearest ones for whoever was refused.

What is booked is read each time, and with it how often the business has changed its catalogue. What is offered (hours,
rooms, closures) is kept for as long as that count stands, so no answer is older than the question.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.booking import slot_world
from services.booking.clock import Clock
from services.booking.domain.appointment import Offer
from services.booking.domain.availability import Interval, Moving, Slot, find_slots
from services.booking.domain.local import local_times
from shared.db import Database, Queries
from shared.messages.booking import (
    BookSlot,
    Command,
    FindSlots,
    NextMove,
    RescheduleToSlot,
    SlotsFound,
    SlotView,
)

MOST_KEPT: Final = 2_000
"""How many offers an instance remembers, the least recently used forgotten first."""

_ALTERNATIVES = 3
_AHEAD: Final = (timedelta(days=7), timedelta(days=28))
_NEAR: Final = timedelta(days=3)
_WEEK: Final = timedelta(days=7)

LOAD_BOOKED: Final = """
SELECT b.session_id, b.status, s.service_id, s.starts_at
FROM booking.bookings b
JOIN booking.sessions s ON s.tenant_id = b.tenant_id AND s.id = b.session_id AND s.kind = 'appointment'
WHERE b.tenant_id = $1 AND b.id = $2
"""


class _Outdated(Exception):
    """The business has changed its catalogue since the offer was read."""


@dataclass(frozen=True, slots=True)
class _Search:
    """One question to the calendar; `but` and `moving` are of the booking that would move.

    `fresh`: the offer was read for this question, so a change made meanwhile is of after it.
    """

    offer: Offer
    fresh: bool
    staff_ids: tuple[UUID, ...]
    by_business: bool
    but: frozenset[UUID] = frozenset()
    moving: Moving | None = None


class Slots:
    """Answers `FindSlots`. `clock` gives aware UTC datetimes."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._offers: OrderedDict[tuple[UUID, UUID], Offer] = OrderedDict()

    async def find(self, query: FindSlots) -> SlotsFound:
        """The free starts in the range, or the nearest ones after it. Nothing for what is no appointment service."""
        async with self._db.reading(query.tenant_id) as connection:
            try:
                return await self._found(connection, query)
            except _Outdated:
                return await self._found(connection, query, anew=True)

    async def alternatives(self, command: Command) -> tuple[NextMove, ...]:
        """Other slots for a `BookSlot` or `RescheduleToSlot` that was refused, nearest to the wanted start first.

        With the staff member who was asked for, or else with anybody; nothing for other commands.
        """
        if not isinstance(command, BookSlot | RescheduleToSlot):
            return ()
        async with self._db.reading(command.tenant_id) as connection:
            try:
                return await self._instead(connection, command)
            except _Outdated:
                return await self._instead(connection, command, anew=True)

    async def _found(self, connection: Queries, query: FindSlots, *, anew: bool = False) -> SlotsFound:
        by = (query.staff_ids, query.by_business)
        search = await self._search_of(connection, query.tenant_id, query.service_id, *by, anew=anew)
        if search is None:
            return SlotsFound()
        if query.booking_id is not None:
            search = await _moving(connection, search, query.booking_id)
        now = self._clock()
        start = max(query.starts_from, now)
        found = await _search(connection, search, start, query.starts_before, now, query.limit)
        if found:
            return SlotsFound(slots=_views(search.offer, found[: query.limit], query.timezone))
        later: Sequence[Slot] = ()
        since = max(query.starts_before, now)
        for ahead in _AHEAD:
            later = later or await _search(connection, search, since, since + ahead, now, _ALTERNATIVES)
        return SlotsFound(alternatives=_views(search.offer, later[:_ALTERNATIVES], query.timezone))

    async def _instead(
        self, connection: Queries, command: BookSlot | RescheduleToSlot, *, anew: bool = False
    ) -> tuple[NextMove, ...]:
        search = await self._search_instead(connection, command, anew)
        if search is None:
            return ()
        now, wanted = self._clock(), command.starts_at
        found = await _search(connection, search, max(now, wanted - _NEAR), wanted + _NEAR, now)
        for ahead in _AHEAD:
            found = found or await _search(
                connection, search, max(now, wanted), max(now, wanted) + ahead, now
            )
        nearest = sorted(found, key=lambda slot: (abs(slot.starts_at - wanted), slot.start))
        # The wanted start was refused, though it may be free by now (or only its customer is not).
        others = [slot for slot in nearest if slot.starts_at != wanted]
        views = _views(search.offer, others[:_ALTERNATIVES], None)
        return tuple(NextMove(move="book_slot", slot=view) for view in views)

    async def _search_instead(
        self, connection: Queries, command: BookSlot | RescheduleToSlot, anew: bool
    ) -> _Search | None:
        by = ((() if command.staff_id is None else (command.staff_id,)), command.by != "customer")
        if isinstance(command, BookSlot):
            return await self._search_of(connection, command.tenant_id, command.service_id, *by, anew=anew)
        booked = await connection.fetchrow(LOAD_BOOKED, command.tenant_id, command.booking_id)
        if booked is None:
            return None
        search = await self._search_of(connection, command.tenant_id, booked["service_id"], *by, anew=anew)
        if search is None:
            return None
        return replace(search, but=frozenset({booked["session_id"]}), moving=Moving(booked["starts_at"]))

    async def _search_of(
        self,
        connection: Queries,
        tenant_id: UUID,
        service_id: UUID,
        staff_ids: tuple[UUID, ...],
        by_business: bool,
        *,
        anew: bool,
    ) -> _Search | None:
        """A search among the service's offer, which is read when it is not known or `anew`; None: no appointments."""
        key = (tenant_id, service_id)
        offer = None if anew else self._offers.get(key)
        fresh = offer is None
        if offer is None:
            offer = await slot_world.load_offer(connection, tenant_id, service_id)
        # What cannot be searched is not kept: no search would notice that it can be by now.
        if offer is None or offer.kind != "appointment":
            self._offers.pop(key, None)
            return None
        self._offers[key] = offer
        self._offers.move_to_end(key)
        if len(self._offers) > MOST_KEPT:
            self._offers.popitem(last=False)
        return _Search(offer, fresh, staff_ids, by_business)


async def _moving(connection: Queries, search: _Search, booking_id: UUID) -> _Search:
    """The search for somewhere else for this booking. Its own time is free for it; a hold has no notice to keep."""
    booked = await connection.fetchrow(LOAD_BOOKED, search.offer.tenant_id, booking_id)
    if booked is None:
        return search
    moving = None if booked["status"] == "held" else Moving(booked["starts_at"])
    return replace(search, but=frozenset({booked["session_id"]}), moving=moving)


async def _search(
    connection: Queries,
    search: _Search,
    start: datetime,
    end: datetime,
    now: datetime,
    limit: int | None = None,
) -> Sequence[Slot]:
    """The slots that start in [`start`, `end`), soonest first; when there are `limit` in its first week, no more.

    Raises _Outdated when the offer is not as the catalogue has it by now, unless it is `fresh`.
    """
    if not search.offer.named(search.staff_ids):
        if not search.fresh:
            raise _Outdated  # nothing is read that could tell
        return ()
    found: list[Slot] = []
    for window in _stages(start, end):
        world = await slot_world.load_taken(
            connection, search.offer, window, staff_ids=search.staff_ids, except_sessions=search.but, now=now
        )
        if world.outdated and not search.fresh:
            raise _Outdated
        request = world.request(
            window,
            now,
            by="business" if search.by_business else "customer",
            staff_ids=search.staff_ids,
            except_sessions=search.but,
            moving=search.moving,
        )
        found += find_slots(request)
        if limit is not None and len(found) >= limit:
            break
    return found


def _stages(start: datetime, end: datetime) -> list[Interval]:
    """A week first, which mostly is enough, then the rest."""
    middle = min(start + _WEEK, end)
    return [Interval(since, until) for since, until in ((start, middle), (middle, end)) if since < until]


def _views(offer: Offer, slots: Sequence[Slot], timezone: str | None) -> tuple[SlotView, ...]:
    """The slots in the business's local times, and in the customer's where that is another zone."""
    business = offer.business
    theirs = timezone if timezone != business.timezone and _is_known(timezone) else None
    # All of it is ours and of the right type: checking 500 views would cost as much as finding them.
    return tuple(
        SlotView.model_construct(
            service_id=offer.service_id,
            service_name=offer.name,
            staff_ids=slot.staff_ids,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            timezone=business.timezone,
            local=local_times(slot.starts_at, slot.ends_at, business.timezone, business.language),
            local_for_customer=(
                local_times(slot.starts_at, slot.ends_at, theirs, business.language) if theirs else None
            ),
            price=offer.price,
            currency=business.currency,
        )
        for slot in slots
    )


def _is_known(timezone: str | None) -> bool:
    # What a phone or a model says of somebody's zone may be anything: then the business's times are shown alone.
    try:
        return timezone is not None and ZoneInfo(timezone) is not None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
