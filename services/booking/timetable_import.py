"""How does the timetable of an .ics file become schedules of a tenant's document? By names; what has none is a problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from services.booking.document import Document, SchedulePart, ServicePart, TenantPart
from services.booking.document.ids import slug_of
from services.booking.document.normal import normal
from services.booking.ics_import import ONCE, ImportedSchedule, ImportedSession, ImportedTimetable, Problem
from shared.errors import UsherError
from shared.ids import derive

_KEY_LENGTH = 40


class UnknownService(UsherError):
    """There is no such service."""


@dataclass(frozen=True, slots=True)
class WithTimetable:
    """The tenant with the file's schedules, and what of the file could not be taken."""

    document: Document
    problems: tuple[Problem, ...]


def with_timetable(tenant: TenantPart, timetable: ImportedTimetable, service: str | None) -> WithTimetable:
    """Add (or replace) the schedules of a timetable. An event keeps its key, so the same file again changes nothing.

    `service`: the key of what all events are; None: each is the service it is called after. Raises `UnknownService`.
    """
    known = [part.key for part in tenant.services]
    if service is not None and service not in known:
        raise UnknownService(f"There is no service {service!r}; there are {', '.join(known) or 'none yet'}.")
    names = _Names(tenant, service)
    added: dict[str, SchedulePart] = {}
    for schedule in timetable.schedules:
        found = names.service(schedule)
        if found is not None:
            added |= {part.key: part for part in _parts(schedule, found, names)}
    kept = tuple(part for part in tenant.schedules if part.key not in added)
    changed = tenant.model_copy(update={"schedules": (*kept, *added.values())})
    problems = [*timetable.problems, *(p for s in timetable.schedules for p in s.problems), *names.problems]
    return WithTimetable(
        Document(tenants=(normal(changed),)), tuple(sorted(set(problems), key=lambda p: (p.line, p.text)))
    )


@dataclass
class _Names:
    """Finds the tenant's services, staff and rooms by the names of a calendar."""

    tenant: TenantPart
    service_key: str | None
    problems: list[Problem] = field(default_factory=list)

    def service(self, schedule: ImportedSchedule) -> ServicePart | None:
        wanted = self.service_key or schedule.summary
        for part in self.tenant.services:
            if part.kind == "class" and _fold(wanted) in {
                _fold(n) for n in (part.key, part.name, *part.synonyms)
            }:
                return part
        self._missing(schedule.line, "left out: no class is called", schedule.summary)
        return None

    def staff(self, name: str | None, line: int) -> str | None:
        for part in self.tenant.staff:
            if name and _fold(name) in {_fold(n) for n in (part.key, part.name, *part.synonyms)}:
                return part.key
        self._missing(line, "nobody of the staff is called", name)
        return None

    def room(self, name: str | None, line: int) -> str | None:
        for part in self.tenant.resources:
            if name and part.kind == "room" and _fold(name) in {_fold(part.key), _fold(part.name)}:
                return part.key
        self._missing(line, "no room is called", name)
        return None

    def _missing(self, line: int, text: str, name: str | None) -> None:
        if name:
            self.problems.append(Problem(line, f"{text} {name!r}"))


def _parts(schedule: ImportedSchedule, service: ServicePart, names: _Names) -> list[SchedulePart]:
    """The event's schedule, and one more for each session that has another teacher, room or length."""
    key = f"{slug_of(schedule.summary)[:_KEY_LENGTH] or 'event'}-{derive('timetable', schedule.uid).hex[:8]}"
    excluded, extra = list(schedule.excluded), list(schedule.extra)
    parts = []
    for session in schedule.edited:
        extra = [moment for moment in extra if moment != session.original_start]
        excluded.append(session.original_start)
        if _only_moved(session, schedule):
            extra.append(session.starts_at)
        else:
            own = f"{key}-{session.original_start:%Y%m%d%H%M}"
            parts.append(_part(own, schedule, session, service, names))
    general = _schedule(
        key, service, names, schedule, schedule.duration, rrule=schedule.rrule, starts=schedule.starts_at_local,
        first=datetime.combine(schedule.starts_on, time()), excluded=tuple(excluded), extra=tuple(extra),
    )  # fmt: skip
    return [general, *parts]


def _part(
    key: str, schedule: ImportedSchedule, session: ImportedSession, service: ServicePart, names: _Names
) -> SchedulePart:
    return _schedule(
        key, service, names, session, session.duration or schedule.duration, rrule=ONCE,
        starts=session.starts_at.time(), first=session.starts_at, line=schedule.line,
    )  # fmt: skip


def _schedule(
    key: str,
    service: ServicePart,
    names: _Names,
    of: ImportedSchedule | ImportedSession,
    duration: timedelta | None,
    *,
    rrule: str,
    starts: time,
    first: datetime,
    excluded: tuple[object, ...] = (),
    extra: tuple[datetime, ...] = (),
    line: int | None = None,
) -> SchedulePart:
    at = line if line is not None else getattr(of, "line", 1)
    minutes = None if duration is None else int(duration.total_seconds()) // 60
    return SchedulePart.model_validate(
        {
            "key": key,
            "service": service.key,
            "staff": names.staff(of.staff_name, at),
            "room": names.room(of.location, at),
            "rrule": rrule,
            "starts": starts,
            "from": first.date(),
            "duration_minutes": None if minutes == service.duration_minutes else minutes,
            "excluded": excluded,
            "extra": extra,
        }
    )


def _only_moved(session: ImportedSession, schedule: ImportedSchedule) -> bool:
    same_length = session.duration in (None, schedule.duration)
    return same_length and (session.staff_name, session.location) == (schedule.staff_name, schedule.location)


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
