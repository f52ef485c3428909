"""When is a location open? Its opening hours, closures and public holidays."""

from __future__ import annotations

from datetime import date
from functools import cached_property, lru_cache
from typing import Annotated

import holidays as public_holidays
from pydantic import AfterValidator

from services.booking.domain.availability.hours import Configured, TimeOff, WeeklyHours


def _country(code: str) -> str:
    country, _, part = code.partition("-")
    parts = public_holidays.list_supported_countries().get(country)
    if parts is None or (part and part not in parts):
        raise ValueError(
            f"{code!r} is not a country such as PT, or a part of one such as DE-BY, with known holidays"
        )
    return code


Country = Annotated[str, AfterValidator(_country)]


class LocationHours(Configured):
    """One location's days. Without `opening` it is open whenever its staff work.

    `holidays`: countries (ISO 3166, `PT`, or a part of one, `DE-BY`) whose public holidays are closed, save those in
    `open_on`. `closures` hold also on the days of `open_on`.
    """

    opening: WeeklyHours | None = None
    closures: tuple[TimeOff, ...] = ()
    holidays: tuple[Country, ...] = ()
    open_on: tuple[date, ...] = ()

    @cached_property
    def hashed(self) -> int:
        """The hash, computed once: it is asked for in every search."""
        return hash((self.opening, self.closures, self.holidays, self.open_on))

    def __hash__(self) -> int:
        return self.hashed

    def is_holiday(self, day: date) -> bool:
        """Is it closed on `day` for a public holiday?"""
        return day not in self.open_on and any(day in holidays_of(c, day.year) for c in self.holidays)


@lru_cache(maxsize=256)
def holidays_of(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country (`PT`) or a part of one (`DE-BY`) in one year."""
    code, _, part = country.partition("-")
    return frozenset(public_holidays.country_holidays(code, subdiv=part or None, years=year))
