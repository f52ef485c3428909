"""Which classes and free starts does a world have, and what of them is taken?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.agent.evals.dialogue import World, WorldService
from shared import ids
from shared.messages.booking import (
    BusinessView,
    Catalogue,
    ProductView,
    ServiceView,
    SessionView,
    SlotView,
    StaffView,
)


class Calendar:
    """The sessions and free starts of a world, and what is taken of them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.zone = ZoneInfo(world.timezone)
        self.now = world.now.replace(tzinfo=self.zone)
        self.offer = catalogue_of(world)
        self.services = {service.service_id: service for service in self.offer.services}
        self._by_name = {service.name: service for service in self.offer.services}
        self._busy: set[tuple[datetime, datetime, UUID]] = set()
        self.sessions: dict[UUID, SessionView] = {}
        self.sessions = {s.session_id: s for s in self._dated(world)}

    def _dated(self, world: World) -> Iterator[SessionView]:
        for told in world.sessions:
            yield self._made(told.service, told.at, told.staff, told.seats, 10)

    def session_at(self, service: str, at: datetime, staff: str | None) -> SessionView:
        """The class there is at that time, or an appointment made for it."""
        starts = at.replace(tzinfo=self.zone)
        for session in self.sessions.values():
            if session.service_name == service and session.starts_at == starts:
                return session
        made = self._made(service, at, staff, 0, 1)
        if made.staff_id is not None:
            self._busy.add((made.starts_at, made.ends_at, made.staff_id))
        return made

    def _made(self, service: str, at: datetime, staff: str | None, seats: int, capacity: int) -> SessionView:
        offer = self._by_name[service]
        person = next((p for p in self.offer.staff if staff and p.name.startswith(staff)), None)
        starts = at.replace(tzinfo=self.zone)
        return SessionView(
            session_id=ids.derive("session", offer.service_id, at.isoformat()),
            service_id=offer.service_id,
            service_name=offer.name,
            staff_id=person.staff_id if person else None,
            staff_name=person.name.split()[0] if person else None,
            level=offer.level,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=offer.duration_minutes),
            timezone=self.world.timezone,
            local=_local(starts, starts + timedelta(minutes=offer.duration_minutes)),
            price=offer.price,
            currency=offer.currency,
            capacity=capacity,
            seats_left=seats,
        )

    def take(self, session: SessionView, seats: int) -> None:
        """Take seats, or give them back (negative)."""
        now = self.sessions.get(session.session_id)
        if now is not None:
            self.sessions[session.session_id] = now.model_copy(update={"seats_left": now.seats_left - seats})
        elif session.staff_id is not None:
            key = (session.starts_at, session.ends_at, session.staff_id)
            self._busy.add(key) if seats > 0 else self._busy.discard(key)

    def free(
        self, service: ServiceView, starts_from: datetime, starts_before: datetime, staff: Sequence[UUID]
    ) -> Iterator[SlotView]:
        """Free starts in the range, soonest first."""
        people = [p for p in service.staff_ids if not staff or p in staff]
        taken = {at.replace(tzinfo=self.zone) for at in self.world.taken}
        at = max(starts_from, self.now).astimezone(self.zone)
        step, lasts = self.world.slot_minutes, timedelta(minutes=service.duration_minutes)
        at = at.replace(minute=at.minute // step * step if step < 60 else 0, second=0, microsecond=0)
        while at < starts_before:
            free = tuple(p for p in people if self._is_free(p, at, at + lasts))
            open_ = time(self.world.opens) <= at.time() and at.hour < self.world.closes
            if at >= starts_from and at >= self.now and open_ and free and at not in taken:
                yield self._slot_view(service, at, free)
            at = (at.replace(tzinfo=None) + timedelta(minutes=step)).replace(tzinfo=self.zone)

    def _is_free(self, person: UUID, starts: datetime, ends: datetime) -> bool:
        return not any(p == person and starts < until and since < ends for since, until, p in self._busy)

    def _slot_view(self, service: ServiceView, at: datetime, staff: tuple[UUID, ...]) -> SlotView:
        ends = at + timedelta(minutes=service.duration_minutes)
        return SlotView(
            service_id=service.service_id,
            service_name=service.name,
            staff_ids=staff,
            starts_at=at,
            ends_at=ends,
            timezone=self.world.timezone,
            local=_local(at, ends),
            price=service.price,
            currency=service.currency,
        )

    def slot(self, service_id: UUID, starts_at: datetime, staff_id: UUID | None) -> SlotView | None:
        """The free start at this time, or None."""
        staff = (staff_id,) if staff_id else ()
        until = starts_at + timedelta(minutes=1)
        return next(self.free(self.services[service_id], starts_at, until, staff), None)

    def appointment(self, slot: SlotView, staff_id: UUID | None) -> SessionView:
        """The free start as a session, taken."""
        chosen = staff_id or slot.staff_ids[0]
        person = next(p for p in self.offer.staff if p.staff_id == chosen)
        self._busy.add((slot.starts_at, slot.ends_at, chosen))
        starts = slot.starts_at.astimezone(self.zone).replace(tzinfo=None)
        return self._made(slot.service_name, starts, person.name, 0, 1)


def _local(starts: datetime, ends: datetime) -> str:
    return f"{starts:%a} {starts.day} {starts:%b}, {starts:%H:%M}–{ends:%H:%M}"


def catalogue_of(world: World) -> Catalogue:
    """What the business of a world offers."""
    staff = tuple(
        StaffView(
            staff_id=ids.derive("staff", p.name), name=p.name, role=p.role, bio=p.bio, synonyms=p.synonyms
        )
        for p in world.staff
    )
    return Catalogue(
        business=BusinessView(
            business_name=world.business,
            timezone=world.timezone,
            language=world.language,
            currency=world.currency,
            address=world.address,
            phone=world.phone,
            opening_hours=world.opening_hours,
        ),
        services=tuple(_service(service, world, staff) for service in world.services),
        staff=staff,
        products=tuple(
            ProductView(key=p.name.lower(), name=p.name, kind=p.kind, price=p.price, currency=world.currency)
            for p in world.products
        ),
    )


def _service(service: WorldService, world: World, staff: tuple[StaffView, ...]) -> ServiceView:
    return ServiceView(
        service_id=ids.derive("service", service.name),
        name=service.name,
        kind=service.kind,
        description=service.description,
        duration_minutes=service.minutes,
        price=service.price,
        currency=world.currency,
        synonyms=service.synonyms,
        level=service.level,
        staff_ids=tuple(p.staff_id for p in staff if not service.staff or p.name in service.staff),
    )
