"""How are times and changes of price spelled in money rules? The parts that price rules, fees and passes share."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from shared.money import ALL, share_of

_SHORT = re.compile(r"(?:(\d+)\s*d(?:ays?)?)?\s*(?:(\d+)\s*h(?:ours?)?)?\s*(?:(\d+)\s*m(?:in(?:utes?)?)?)?")


class Config(BaseModel):
    """A part of the business's document: frozen, and a key it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


def _lead(value: object) -> object:
    """`24h`, `2 days`, `1d 12h`, `90m`; ISO 8601 and timedelta pass. A bare number does not say its unit."""
    if isinstance(value, bool | int | float):
        raise ValueError("say the unit: 24h, 2d or 90m")  # noqa: TRY004 (pydantic reports ValueErrors)
    if isinstance(value, str) and (found := _SHORT.fullmatch(value.strip())) and any(found.groups()):
        days, hours, minutes = (int(part or 0) for part in found.groups())
        return timedelta(days=days, hours=hours, minutes=minutes)
    return value


Lead = Annotated[timedelta, BeforeValidator(_lead), Field(ge=timedelta(0))]
"""Elapsed time before the start. A day is 24 hours, also in the night the clocks change."""


def _wall_time(value: object) -> object:
    """YAML reads an unquoted 17:00 as the number 1020, which would be seventeen minutes past midnight."""
    if isinstance(value, int | float):
        raise ValueError('write the time in quotes: "17:00"')  # noqa: TRY004 (pydantic reports ValueErrors)
    return value


WallTime = Annotated[time, BeforeValidator(_wall_time)]
"""A time on the business's clock, without a zone."""

Minor = Annotated[int, Field(ge=0, le=10**12)]
"""An amount in minor units of the business's currency."""

Ref = Annotated[str, Field(min_length=1, max_length=120)]
"""What the rules call a service, a staff member or a tier: the document's key, or an id as text."""


class Change(Config):
    """How a seat's price changes: exactly one of the three.

    `amount` in minor units (below 0 is cheaper), `basis_points` of the price so far (-1000 is 10 % off), or `fixed`
    (this price instead).
    """

    amount: int | None = None
    basis_points: Annotated[int, Field(ge=-ALL, le=10 * ALL)] | None = None
    fixed: Minor | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [value for value in (self.amount, self.basis_points, self.fixed) if value is not None]
        if len(given) != 1:
            raise ValueError("say exactly one of amount, basis_points and fixed")
        return self

    def of(self, price: int) -> int:
        """What is added to `price` (negative: taken off); it never goes below 0."""
        if self.fixed is not None:
            return self.fixed - price
        change = self.amount if self.amount is not None else share_of(price, self.basis_points or 0)
        return max(change, -price)


class Fee(Config):
    """A fee: a `fixed` part per booking, a part `per_seat`, and `basis_points` of the price, added up."""

    fixed: Minor = 0
    per_seat: Minor = 0
    basis_points: Annotated[int, Field(ge=0, le=ALL)] = 0

    def of(self, price: int, seats: int) -> int:
        """The fee in minor units for `seats` charged seats that cost `price` together."""
        return self.fixed + self.per_seat * seats + share_of(price, self.basis_points)


def in_words(lead: timedelta) -> str:
    """`24 hours`, `90 minutes`, `2 days` (from two days up)."""
    minutes = int(lead.total_seconds()) // 60
    for size, word in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0 and (size < 1440 or minutes >= 2880):
            count = minutes // size
            return f"{count} {word}" if count == 1 else f"{count} {word}s"
    raise AssertionError("a minute divides every number of minutes")
