"""When does a price rule apply? The kinds of rule a business can write, each with its own condition."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from services.booking.domain.money.config import Change, Config, Fee, Lead, Minor, Ref, WallTime, in_words
from services.booking.domain.money.tax import Tax

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a price may depend on. Instants are aware, `zone` is the business's (IANA), seats exclude this party.

    `service` and `staff` are what the rules call them (see `config.Ref`). `promo_uses` and `promo_uses_by_customer`
    count the uses of the code that was given, live holds included.
    """

    service: Ref
    starts_at: datetime
    now: datetime
    zone: str
    party_size: int = 1
    staff: Ref | None = None
    capacity: int | None = None
    seats_taken: int = 0
    member_tiers: frozenset[str] = field(default_factory=frozenset)
    promo_code: str | None = None
    promo_uses: int = 0
    promo_uses_by_customer: int = 0

    @property
    def lead(self) -> timedelta:
        """Time left until the start."""
        return self.starts_at - self.now


class _Rule(Config):
    """What all rules have. The highest `priority` goes first, then the order they are written in.

    A rule that is not `stackable` stands alone: it applies only if none did before it, and none after it does.
    `min_price` and `max_price` (per seat) bound what *this* rule makes of the price.
    """

    label: Annotated[str, StringConstraints(min_length=1, max_length=80)] | None = None
    services: tuple[Ref, ...] = ()
    priority: int = 0
    stackable: bool = True
    min_price: Minor | None = None
    max_price: Minor | None = None

    def concerns(self, here: Circumstances) -> bool:
        """Whether the rule is about this service; without `services` it is about all."""
        return not self.services or here.service in self.services


class EarlyBird(_Rule):
    """Booked at least `until` before the start."""

    kind: Literal["early_bird"] = "early_bird"
    until: Lead
    change: Change
    priority: int = 60

    def applies(self, here: Circumstances) -> tuple[Change, str] | None:
        """The change and its reason, if it applies."""
        if here.lead < self.until:
            return None
        return self.change, f"booked {in_words(self.until)} ahead or more"


class LastMinute(_Rule):
    """Booked at most `within` before the start."""

    kind: Literal["last_minute"] = "last_minute"
    within: Lead
    change: Change
    priority: int = 60

    def applies(self, here: Circumstances) -> tuple[Change, str] | None:
        """The change and its reason, if it applies."""
        if here.lead > self.within:
            return None
        return self.change, f"booked in the last {in_words(self.within)}"


class PeakHours(_Rule):
    """Starts on one of `weekdays` (none: all) from `from` until before `until`, on the business's clock.

    A range over midnight (22:00 until 02:00) belongs to the weekday it begins on.
    """

    kind: Literal["peak_hours"] = "peak_hours"
    weekdays: tuple[Weekday, ...] = ()
    from_: WallTime = Field(alias="from")
    until: WallTime
    change: Change
    priority: int = 80

    def applies(self, here: Circumstances) -> tuple[Change, str] | None:
        """The change and its reason, if it applies."""
        local = here.starts_at.astimezone(ZoneInfo(here.zone))
        clock, day = local.time(), local.date()
        if self.from_ < self.until:
            inside = self.from_ <= clock < self.until
        else:
            inside = clock >= self.from_ or clock < self.until
            day -= timedelta(days=1) if clock < self.until else timedelta()
        if not inside or not self._on(day):
            return None
        return self.change, f"starts between {self.from_:%H:%M} and {self.until:%H:%M}"

    def _on(self, day: date) -> bool:
        return not self.weekdays or _WEEKDAYS[day.weekday()] in self.weekdays


class OccupancyTier(Config):
    """From `at_least` percent of the seats taken on."""

    at_least: Annotated[int, Field(ge=0, le=100)]
    change: Change


class Occupancy(_Rule):
    """The fuller, the dearer: the highest tier reached before this party, for all of its seats."""

    kind: Literal["occupancy"] = "occupancy"
    tiers: Annotated[tuple[OccupancyTier, ...], Field(min_length=1)]
    priority: int = 70

    def applies(self, here: Circumstances) -> tuple[Change, str] | None:
        """The change and its reason, if it applies."""
        if not here.capacity:
            return None
        reached = [t for t in self.tiers if here.seats_taken * 100 >= t.at_least * here.capacity]
        if not reached:
            return None
        tier = max(reached, key=lambda t: t.at_least)
        return tier.change, f"{tier.at_least} % of the places are taken"


class MembershipPrice(_Rule):
    """For members of one of `tiers`. A fixed price never makes it dearer for them."""

    kind: Literal["membership"] = "membership"
    tiers: Annotated[tuple[Ref, ...], Field(min_length=1)]
    change: Change
    priority: int = 50

    def applies(self, here: Circumstances) -> tuple[Change, str] | None:
        """The change and its reason, if it applies."""
        tier = next((t for t in self.tiers if t in here.member_tiers), None)
        return None if tier is None else (self.change, f"member ({tier})")


class StaffPrice(_Rule):
    """With one of `staff`."""

    kind: Literal["staff"] = "staff"
    staff: Annotated[tuple[Ref, ...], Field(min_length=1)]
    change: Change
    priority: int = 100

    def applies(self, here: Circumstances) -> tuple[Change, str] | None:
        """The change and its reason, if it applies."""
        return (self.change, "price of this staff member") if here.staff in self.staff else None


class QuantityTier(Config):
    """From `at_least` seats in one booking on."""

    at_least: Annotated[int, Field(ge=1, le=10_000)]
    change: Change


class Quantity(_Rule):
    """More seats in one booking: the highest tier reached, for each of its seats."""

    kind: Literal["quantity"] = "quantity"
    tiers: Annotated[tuple[QuantityTier, ...], Field(min_length=1)]
    priority: int = 90

    def applies(self, here: Circumstances) -> tuple[Change, str] | None:
        """The change and its reason, if it applies."""
        reached = [t for t in self.tiers if here.party_size >= t.at_least]
        if not reached:
            return None
        tier = max(reached, key=lambda t: t.at_least)
        return tier.change, f"{tier.at_least} places or more"


class PromoCode(_Rule):
    """For whoever gives the `code` (in any case). It only ever makes it cheaper; `per` booking or seat counts amounts.

    `valid_from` is the first instant, `valid_until` the first one after it. `minimum`: the booking's price before it.
    """

    kind: Literal["promo_code"] = "promo_code"
    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
    change: Change
    per: Literal["booking", "seat"] = "booking"
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None
    max_uses: Annotated[int, Field(ge=1)] | None = None
    max_uses_per_customer: Annotated[int, Field(ge=1)] | None = None
    minimum: Minor = 0
    priority: int = 10

    @model_validator(mode="after")
    def _cheaper(self) -> Self:
        if (self.change.amount or 0) > 0 or (self.change.basis_points or 0) > 0:
            raise ValueError("a promo code makes it cheaper: write the change below 0")
        return self

    def answers_to(self, code: str | None) -> bool:
        """Whether the customer gave this code."""
        return code is not None and code.strip().casefold() == self.code.casefold()


TimedRule = EarlyBird | LastMinute | PeakHours | Occupancy | MembershipPrice | StaffPrice | Quantity
"""Rules that apply by themselves."""

PriceRule = Annotated[TimedRule | PromoCode, Field(discriminator="kind")]
"""Any rule, as the document and the column hold it."""


class Charge(Config):
    """Something that comes on top: a booking fee, mats. `keep`: stays with the business when it is cancelled."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    amount: Minor
    per: Literal["booking", "seat"] = "booking"
    keep: bool = False


class Prepayment(Config):
    """What is due at once: nothing, all, or a deposit (`per_seat`, or `basis_points` of the total)."""

    due: Literal["nothing", "all", "deposit"] = "nothing"
    deposit: Fee | None = None

    @model_validator(mode="after")
    def _deposit_is_said(self) -> Self:
        if (self.due == "deposit") != (self.deposit is not None):
            raise ValueError("due: deposit needs a deposit, and only it has one")
        return self


class Pricing(Config):
    """Everything that makes a price out of a service's base price."""

    rules: tuple[PriceRule, ...] = ()
    charges: tuple[Charge, ...] = ()
    prepayment: Prepayment = Prepayment()
    tax: Tax | None = None
