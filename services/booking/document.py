"""What may a seed document say? Its shape and rules (pydantic), and every mistake named by its path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.numbers import list_currencies
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.booking.domain.schedule import InvalidSchedule, parse_rule
from shared.errors import UsherError

FIRST_DAY = date(2024, 1, 1)
"""What rules count from when the document does not say (a Monday)."""


class InvalidDocument(UsherError):
    """The seed document is wrong: one line per mistake, with its path."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone such as Europe/Lisbon") from error
    return name


def _currency(code: str) -> str:
    if code not in list_currencies():
        raise ValueError(f"{code!r} is not an ISO 4217 currency such as EUR")
    return code


def _language(tag: str) -> str:
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(f"{tag!r} is not a language such as en or pt-PT") from error
    return tag


Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
Language = Annotated[str, AfterValidator(_language)]
Name = Annotated[str, Field(min_length=1, max_length=120)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StaffPart(_Part):
    """One staff member. `key` is their name within the document; their id follows from it."""

    key: Key
    name: Name
    role: str | None = None
    bio: str | None = None
    synonyms: tuple[str, ...] = ()


class ServicePart(_Part):
    """One service. `price` in minor units (1500 = 15.00); `staff` lists keys."""

    key: Key
    name: Name
    description: str | None = None
    duration_minutes: int = Field(gt=0, le=24 * 60)
    price: int = Field(ge=0, le=2**31 - 1)
    capacity: int = Field(gt=0, le=10_000)
    synonyms: tuple[str, ...] = ()
    cancellation_deadline_minutes: int = Field(120, ge=0)
    staff: tuple[Key, ...] = ()


class SchedulePart(_Part):
    """One repeating session. `starts` is wall-clock time in the tenant's zone; the rule counts from day `from`."""

    key: Key
    service: Key
    staff: Key | None = None
    rrule: str
    starts: time
    first_day: date = Field(FIRST_DAY, alias="from")
    capacity: int | None = Field(None, gt=0, le=10_000)

    @model_validator(mode="after")
    def _rule_can_be_read(self) -> Self:
        try:
            parse_rule(self.rrule, datetime.combine(self.first_day, self.starts))
        except InvalidSchedule as error:
            raise ValueError(f"rrule: {error}") from error
        return self


class TenantPart(_Part):
    """One business. `whatsapp` is for the gateway, which reads the same document."""

    slug: Key
    name: Name
    timezone: Zone
    currency: Currency
    language: Language = "en"
    address: str | None = None
    phone: str | None = None
    description: str | None = None
    opening_hours: str | None = None
    whatsapp: dict[str, Any] | None = None
    staff: tuple[StaffPart, ...] = ()
    services: tuple[ServicePart, ...] = ()
    schedules: tuple[SchedulePart, ...] = ()

    @model_validator(mode="after")
    def _references_exist(self) -> Self:
        staff, services = {s.key for s in self.staff}, {s.key for s in self.services}
        problems = [
            *_twice("staff", [s.key for s in self.staff]),
            *_twice("services", [s.key for s in self.services]),
            *_twice("schedules", [s.key for s in self.schedules]),
            *(
                f"service {service.key!r} names unknown staff {key!r}"
                for service in self.services
                for key in service.staff
                if key not in staff
            ),
            *(
                f"schedule {schedule.key!r} names unknown service {schedule.service!r}"
                for schedule in self.schedules
                if schedule.service not in services
            ),
            *(
                f"schedule {schedule.key!r} names unknown staff {schedule.staff!r}"
                for schedule in self.schedules
                if schedule.staff is not None and schedule.staff not in staff
            ),
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self


class Document(_Part):
    """A whole seed document."""

    tenants: tuple[TenantPart, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _slugs_differ(self) -> Self:
        if problems := list(_twice("tenants", [t.slug for t in self.tenants])):
            raise ValueError("; ".join(problems))
        return self


def read_document(document: Mapping[str, Any]) -> Document:
    """The document as values. Raises `InvalidDocument` naming every mistake by its path."""
    try:
        return Document.model_validate(document)
    except ValidationError as error:
        lines = [f"{_path(e['loc'])}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()]
        raise InvalidDocument("The seed document has mistakes:\n  " + "\n  ".join(lines)) from error


def _twice(what: str, keys: Sequence[str]) -> Iterable[str]:
    return (f"{what}: {key!r} is there twice" for key in sorted({k for k in keys if keys.count(k) > 1}))


def _path(location: Sequence[str | int]) -> str:
    parts = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return parts.removeprefix(".") or "document"
