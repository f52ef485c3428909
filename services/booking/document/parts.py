"""Which parts does a document have? Tenants with locations, resources, staff, services, schedules, products, codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.booking.document.fields import (
    FIRST_DAY,
    Capacity,
    Currency,
    Key,
    Keyed,
    Language,
    LocalMoment,
    Minutes,
    Name,
    Part,
    Price,
    Words,
    Zone,
)
from services.booking.domain.availability import Availability, LocationHours
from services.booking.domain.availability.limits import WeekStart
from services.booking.domain.money.config import Minor, WallTime
from services.booking.domain.money.passes import GiftCardTerms, MembershipTerms, PackTerms
from services.booking.domain.money.rules import PromoCode
from services.booking.domain.policy import DEFAULT_POLICY, ServicePolicy
from services.booking.domain.rule import InvalidSchedule, has_own_times, parse_rule


class LocationPart(Keyed):
    """A place where sessions take place. `hours`: its opening hours, closures and public holidays."""

    name: Name
    address: str | None = None
    hours: LocationHours = LocationHours()


class ResourcePart(Keyed):
    """A room, or equipment of which there may be several alike (`count`)."""

    name: Name
    kind: Literal["room", "equipment"] = "room"
    location: Key | None = None
    count: int = Field(1, ge=1, le=200)


class StaffPart(Keyed):
    """One staff member. `availability`: when appointments with them can be booked (without it: never)."""

    name: Name
    role: str | None = None
    bio: str | None = None
    synonyms: Words = ()
    availability: Availability | None = None


class ServicePart(Keyed):
    """One service. `price` in minor units (1500 = 15.00); `staff` lists keys.

    Each of `needs` is a resource's key, or a list of keys of which any one will do. A `class` has schedules and a
    `capacity`; an `appointment` has neither: its slots follow from availability (capacity: who may come together).
    """

    name: Name
    kind: Literal["class", "appointment"] = "class"
    description: str | None = None
    duration_minutes: int = Field(gt=0, le=24 * 60)
    price: Price
    capacity: Capacity
    online: bool = False
    location: Key | None = None
    level: str | None = None
    tags: Words = ()
    image: str | None = None
    synonyms: Words = ()
    cancellation_deadline_minutes: int = Field(120, ge=0)
    buffer_before_minutes: Minutes = 0
    buffer_after_minutes: Minutes = 0
    staff: tuple[Key, ...] = ()
    needs: tuple[Key | tuple[Key, ...], ...] = ()
    policy: ServicePolicy = DEFAULT_POLICY

    @model_validator(mode="before")
    @classmethod
    def _appointments_are_for_one(cls, data: object) -> object:
        if isinstance(data, Mapping) and data.get("kind") == "appointment":
            return {"capacity": 1, **data}
        return data


class SchedulePart(Keyed):
    """One repeating class. `starts` is wall-clock time in the tenant's zone; the rule counts from day `from`.

    `excluded`: a date leaves the whole day out, a time that one session. `extra`: added times, which no exclusion takes
    away. `times`: more starts on each day of the rule. The export alone writes what keeps the sessions' ids: `series` and
    `continues` (schedules that this one is the later part of) and `first_times` (start now: start at first).
    """

    service: Key
    staff: Key | None = None
    room: Key | None = None
    rrule: str
    starts: WallTime
    first_day: date = Field(FIRST_DAY, alias="from")
    until: date | None = None
    times: tuple[WallTime, ...] = ()
    duration_minutes: int | None = Field(None, gt=0, le=24 * 60)
    capacity: Capacity | None = None
    excluded: tuple[LocalMoment, ...] = ()
    extra: tuple[LocalMoment, ...] = ()
    series: UUID | None = None
    continues: UUID | None = None
    first_times: dict[WallTime, WallTime] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _rule_can_be_read(self) -> Self:
        try:
            parse_rule(self.rrule, datetime.combine(self.first_day, self.starts))
        except InvalidSchedule as error:
            raise ValueError(f"rrule: {error}") from error
        if self.times and has_own_times(self.rrule):
            raise ValueError("times: the rule says its times itself (BYHOUR): give either of them")
        if any(not isinstance(moment, datetime) for moment in self.extra):
            raise ValueError("extra: an added session needs its time, such as 2026-12-24T19:00")
        if self.until is not None and self.until < self.first_day:
            raise ValueError(f"until: {self.until} is before from {self.first_day}")
        return self


class PackPart(PackTerms):
    """A pack of credits for sale."""

    key: Key
    id: UUID | None = None


class MembershipPart(MembershipTerms):
    """A membership for sale."""

    key: Key
    id: UUID | None = None


class GiftCardPart(GiftCardTerms):
    """Gift cards for sale: one costs `price`, which is also what it is worth."""

    key: Key
    id: UUID | None = None
    price: Annotated[Minor, Field(gt=0)]


ProductPart = Annotated[PackPart | MembershipPart | GiftCardPart, Field(discriminator="kind")]


class PromoPart(PromoCode):
    """A promo code. Its `code` is its key; case does not matter."""

    id: UUID | None = None

    @property
    def key(self) -> str:
        """How the code is stored and compared."""
        return self.code.upper()


class TenantPart(Part):
    """One business. `whatsapp` and `channels` are for the gateway, which reads the same document.

    `hours` hold for all of its locations: closures, public holidays, opening hours. `opening_hours` is the sentence
    that customers read.
    """

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
    channels: tuple[dict[str, Any], ...] = ()
    week_starts_on: WeekStart = "mon"
    hours: LocationHours = LocationHours()
    locations: tuple[LocationPart, ...] = ()
    resources: tuple[ResourcePart, ...] = ()
    staff: tuple[StaffPart, ...] = ()
    services: tuple[ServicePart, ...] = ()
    schedules: tuple[SchedulePart, ...] = ()
    products: tuple[ProductPart, ...] = ()
    promo_codes: tuple[PromoPart, ...] = ()


class Document(Part):
    """A whole document."""

    tenants: tuple[TenantPart, ...] = Field(min_length=1)


KINDS = ("locations", "resources", "staff", "services", "schedules", "products", "promo_codes")
"""The lists of a tenant, in the order in which they refer to each other."""

Thing = (
    LocationPart
    | ResourcePart
    | StaffPart
    | ServicePart
    | SchedulePart
    | PackPart
    | MembershipPart
    | GiftCardPart
    | PromoPart
)


def things(tenant: TenantPart, kind: str) -> tuple[Thing, ...]:
    """The tenant's things of one of `KINDS`."""
    found: tuple[Thing, ...] = getattr(tenant, kind)
    return found
