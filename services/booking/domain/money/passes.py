"""What has a customer prepaid? Packs of credits, memberships and gift cards: the products, and who holds what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from services.booking.domain.money.config import Config, Minor, Ref
from services.booking.domain.money.membership import Days, end_of, last_day, lengthened, period_of

_Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class PackTerms(Config):
    """A pack for sale: `credits` for a `price`, each a seat of one of `services` (none: all), valid so long."""

    kind: Literal["pack"] = "pack"
    name: _Name
    price: Minor
    credits: Annotated[int, Field(ge=1, le=10_000)]
    services: tuple[Ref, ...] = ()
    valid_days: Annotated[int, Field(ge=1)] | None = None
    valid_months: Annotated[int, Field(ge=1, le=120)] | None = None


class MembershipTerms(Config):
    """A membership for sale: per period of `period_months` a `price`, and its limits.

    `tier` is what price rules and policies call its members. Without `parallel_use` two bookings under it must not
    overlap. Weeks begin on Monday. `renews`: goes on until it is ended, else it is one period.
    """

    kind: Literal["membership"] = "membership"
    name: _Name
    tier: Ref
    price: Minor
    period_months: Annotated[int, Field(ge=1, le=120)] = 1
    renews: bool = True
    uses_per_period: Annotated[int, Field(ge=1)] | None = None
    uses_per_week: Annotated[int, Field(ge=1)] | None = None
    services: tuple[Ref, ...] = ()
    parallel_use: bool = False


class GiftCardTerms(Config):
    """Gift cards for sale: of these values in minor units (none: any), valid so long."""

    kind: Literal["gift_card"] = "gift_card"
    name: _Name
    values: tuple[Minor, ...] = ()
    valid_months: Annotated[int, Field(ge=1, le=120)] | None = None


PassTerms = Annotated[PackTerms | MembershipTerms | GiftCardTerms, Field(discriminator="kind")]
"""Any product, as the document and the column hold it."""


@dataclass(frozen=True, slots=True)
class Use:
    """A booking under a membership, as far as its limits go: aware instants."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Pack:
    """A customer's pack. `credits_left` is the ledger's balance; days are the business's and included."""

    pass_id: UUID
    owner_id: UUID
    terms: PackTerms
    credits_left: int
    valid_from: date
    valid_to: date | None = None
    blocked: tuple[Days, ...] = ()


@dataclass(frozen=True, slots=True)
class Membership:
    """A customer's membership from `first_day`; `ended_on` is its last day if it was ended. `uses`: active bookings.

    A pause cannot be used and lengthens its period; a block cannot be used and lengthens nothing.
    """

    pass_id: UUID
    owner_id: UUID
    terms: MembershipTerms
    first_day: date
    uses: tuple[Use, ...] = ()
    ended_on: date | None = None
    pauses: tuple[Days, ...] = ()
    blocked: tuple[Days, ...] = ()

    def period(self, day: date) -> Days | None:
        """The period that `day` is in; None: the membership does not hold then."""
        if self.ended_on is not None and day > self.ended_on:
            return None
        if not self.terms.renews and day > self._only_period_ends():
            return None
        return period_of(self.first_day, self.terms.period_months, self.pauses, day)

    def ends_at(self, day: date, zone: str) -> datetime | None:
        """The last second (23:59:59 in the business's zone, as UTC) of the period that `day` is in."""
        found = self.period(day)
        if found is None:
            return None
        return end_of(min(found.last, self.ended_on or found.last), zone)

    def _only_period_ends(self) -> date:
        return lengthened(self.first_day, last_day(self.first_day, self.terms.period_months), self.pauses)


@dataclass(frozen=True, slots=True)
class GiftCard:
    """A gift card; whoever holds its code may use it. `left` in minor units is the ledger's balance."""

    pass_id: UUID
    currency: str
    left: int
    valid_to: date | None = None
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class GiftUse:
    """This much of a card, in minor units."""

    pass_id: UUID
    amount: int


def pack_valid_to(terms: PackTerms, bought_on: date) -> date | None:
    """The last day of a pack bought on that day: the earlier of its days and its months; None: no end."""
    ends = []
    if terms.valid_days is not None:
        ends.append(date.fromordinal(bought_on.toordinal() + terms.valid_days - 1))
    if terms.valid_months is not None:
        ends.append(last_day(bought_on, terms.valid_months))
    return min(ends, default=None)


def redeem(
    cards: tuple[GiftCard, ...], amount: int, currency: str, now: datetime, zone: str
) -> tuple[GiftUse, ...]:
    """What of `amount` (minor units) these cards pay: the earliest to expire first, each as far as it goes."""
    today = now.astimezone(ZoneInfo(zone)).date()
    good = [
        card
        for card in cards
        if card.currency == currency
        and card.left > 0
        and not card.blocked
        and (card.valid_to is None or today <= card.valid_to)
    ]
    uses: list[GiftUse] = []
    for card in sorted(good, key=lambda card: (card.valid_to or date.max, card.pass_id)):
        part = min(card.left, amount)
        if part > 0:
            uses.append(GiftUse(card.pass_id, part))
            amount -= part
    return tuple(uses)
