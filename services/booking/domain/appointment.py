"""What must be known to give somebody an appointment? The service as it is offered, and who and what is busy when.

Values only: `slot_world` reads them, decisions and queries ask them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.booking.domain.availability import (
    Availability,
    Busy,
    DaysAhead,
    Interval,
    LocationHours,
    Moving,
    Resource,
    SlotRequest,
    SlotRules,
    StaffCalendar,
    count_by_day,
)
from services.booking.domain.availability.limits import WeekStart
from services.booking.domain.policy import ServicePolicy
from services.booking.domain.state import Booking, SessionState
from shared.messages.booking import BusinessView, By

MARGIN = timedelta(days=3)
"""How far from a start something may lie that is still in its way: a day each for a booking and two buffers."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who does the service, and when they work."""

    staff_id: UUID
    name: str
    availability: Availability


@dataclass(frozen=True, slots=True)
class Unit:
    """A room or a piece of equipment that the service may use."""

    resource_id: UUID
    name: str
    is_room: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A service as the catalogue has it. Minutes, minor units; `needs` names units of which any one will do, each.

    `catalogue`: how often the business had changed its catalogue by then. While it has not again, this is how it is.
    """

    tenant_id: UUID
    service_id: UUID
    name: str
    kind: str
    duration_minutes: int
    price: int
    capacity: int
    level: str | None
    buffers: tuple[int, int]
    cancellation_deadline: timedelta
    policy: ServicePolicy
    business: BusinessView
    staff: tuple[Colleague, ...] = ()
    units: tuple[Unit, ...] = ()
    needs: tuple[tuple[UUID, ...], ...] = ()
    location: LocationHours | None = None
    week_starts_on: WeekStart = "mon"  # of the business, for its customers' limits
    catalogue: int = 0

    @property
    def most_people(self) -> int:
        """The largest party of one appointment."""
        return self.policy.limits.party_size or self.capacity

    @property
    def footprint(self) -> int:
        """The minutes that one appointment takes, with its buffers."""
        return self.buffers[0] + self.duration_minutes + self.buffers[1]

    @property
    def limits_staff(self) -> bool:
        """Whether somebody's bookings are limited, so that whole weeks must be known."""
        return any(not each.availability.limits.is_unlimited for each in self.staff)

    def staff_name(self, staff_id: UUID | None) -> str | None:
        """The name of somebody who does it; None for anybody else."""
        return next((each.name for each in self.staff if each.staff_id == staff_id), None)

    def named(self, staff_ids: Iterable[UUID]) -> tuple[Colleague, ...]:
        """Those of `staff_ids` who do it; all when none is named."""
        wanted = set(staff_ids)
        return tuple(each for each in self.staff if not wanted or each.staff_id in wanted)

    def rules(self, by: By) -> SlotRules:
        """What it asks of a slot. Notice and horizon bind customers only."""
        policy = self.policy
        bound = by == "customer"
        horizon = DaysAhead(days=policy.horizon_days) if bound and policy.horizon_days is not None else None
        return SlotRules(
            duration_minutes=self.duration_minutes,
            buffer_before_minutes=self.buffers[0],
            buffer_after_minutes=self.buffers[1],
            step_minutes=policy.slot_minutes,
            notice_minutes=policy.minimum_notice_minutes if bound else 0,
            horizon=horizon,
        )

    def rooms_first(self, resource_ids: Iterable[UUID]) -> tuple[UUID, ...]:
        """The same units, rooms before equipment: a session shows its first one."""
        rooms = {unit.resource_id for unit in self.units if unit.is_room}
        return tuple(sorted(resource_ids, key=lambda each: each not in rooms))

    def room_name(self, resource_ids: tuple[UUID, ...]) -> str | None:
        """The name of the first one, if it is a room."""
        first = resource_ids[:1]
        return next((u.name for u in self.units if u.is_room and (u.resource_id,) == first), None)


@dataclass(frozen=True, slots=True)
class SlotWorld:
    """An offer with what takes its people's and units' time around the starts that are asked for.

    `busy` by staff member or unit. `lapsed`: sessions that are still written down as busy though their time to be
    confirmed is over; they are in nobody's way, and whoever takes their place settles them. `assigned`: when each staff
    member was last given an appointment. `outdated`: the catalogue changed between the reading of the offer and of these.
    """

    offer: Offer
    busy: Mapping[UUID, tuple[Busy, ...]] = field(default_factory=dict)
    lapsed: frozenset[UUID] = frozenset()
    assigned: Mapping[UUID, datetime] = field(default_factory=dict)
    outdated: bool = False

    def request(
        self,
        window: Interval,
        now: datetime,
        *,
        by: By = "customer",
        staff_ids: Iterable[UUID] = (),
        except_sessions: frozenset[UUID] = frozenset(),
        moving: Moving | None = None,
        ignore_buffers: bool = False,
    ) -> SlotRequest:
        """The search among these people (none named: everybody who does it)."""
        offer, zone = self.offer, self.offer.business.timezone
        return SlotRequest(
            rules=offer.rules(by),
            zone=zone,
            now=now,
            window=window,
            staff=tuple(self._calendar(each, now, except_sessions) for each in offer.named(staff_ids)),
            resources=tuple(
                Resource(unit.resource_id, self.busy.get(unit.resource_id, ())) for unit in offer.units
            ),
            needs=offer.needs,
            except_sessions=except_sessions,
            moving=moving,
            ignore_buffers=ignore_buffers,
        )

    def _calendar(self, who: Colleague, now: datetime, but: frozenset[UUID]) -> StaffCalendar:
        taken = self.busy.get(who.staff_id, ())
        limited = not who.availability.limits.is_unlimited
        booked = count_by_day(taken, self.offer.business.timezone, now, but) if limited else ()
        return StaffCalendar(who.staff_id, who.availability, taken, booked, self.offer.location)


def fold(taken: Iterable[tuple[int, int]], footprint: int) -> tuple[Busy, ...]:
    """Taken times (epoch minutes with their buffers) as few: a gap in which a `footprint` does not fit is taken, too.

    For searches, where whose time it is does not matter: the starts that are left are the same.
    """
    found: list[Busy] = []
    times = sorted(taken)
    if not times:
        return ()
    since, until = times[0]
    for start, end in times:
        if start - until >= footprint:
            found.append(Busy(since, until))
            since, until = start, end
        elif end > until:
            until = end
    found.append(Busy(since, until))
    return tuple(found)


def is_free(state: SessionState, now: datetime) -> bool:
    """The session takes nobody's time: it is cancelled, or an appointment whose holds are all over."""
    if state.facts.cancelled:
        return True
    return state.facts.kind == "appointment" and not any(_stands(b, now) for b in state.bookings.values())


def updated(
    world: SlotWorld, states: Iterable[SessionState], now: datetime
) -> tuple[SlotWorld, dict[UUID, SessionState]]:
    """The same world with these sessions as they are now, which wins over what was read; and those that are free.

    A batch decides one command after another before anything is written: this is how a later one sees the earlier.
    """
    known = {state.facts.session_id: state for state in states}
    if not known:
        return world, {}
    free = {session_id: state for session_id, state in known.items() if is_free(state, now)}
    more: dict[UUID, list[Busy]] = {}
    assigned = dict(world.assigned)
    for session_id, state in known.items():
        if session_id in free:
            continue
        facts = state.facts
        for resource_id in (facts.staff_id, *facts.resource_ids):
            if resource_id is not None:
                more.setdefault(resource_id, []).append(_busy(state))
        if facts.kind == "appointment" and facts.staff_id is not None and state.bookings:
            last = max(booking.booked_at for booking in state.bookings.values())
            assigned[facts.staff_id] = max(last, assigned.get(facts.staff_id, last))
    busy = {
        each: (*(one for one in world.busy.get(each, ()) if one.session_id not in known), *more.get(each, ()))
        for each in world.busy.keys() | more.keys()
    }
    return replace(world, busy=busy, assigned=assigned), free


def _busy(state: SessionState) -> Busy:
    facts = state.facts
    return Busy.between(
        facts.starts_at,
        facts.ends_at,
        before=facts.buffers[0],
        after=facts.buffers[1],
        session_id=facts.session_id,
        ignores_buffers=facts.ignores_buffers,
    )


def _stands(booking: Booking, now: datetime) -> bool:
    return not booking.lapsed(now)
