"""How much of an amount is tax? Exact rates, rounded once: on each line, or on the sum and spread over the lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.booking.domain.money.config import Config
from shared.money import rounded

Rounding = Literal["line", "sum"]


class Tax(Config):
    """A tax: its rate in percent (8.875 is exact), whether prices `include` it, and what is rounded."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=40)] = "VAT"
    percent: Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)]
    included: bool = True
    rounding: Rounding = "line"


@dataclass(frozen=True, slots=True)
class TaxedLine:
    """One line in minor units: `net + tax == gross`, always."""

    net: int
    tax: int

    @property
    def gross(self) -> int:
        """What the customer pays for it."""
        return self.net + self.tax


def tax_lines(amounts: Sequence[int], tax: Tax) -> tuple[TaxedLine, ...]:
    """The tax in (`included`) or on top of each amount (minor units; 0 stays 0).

    The amount agreed stands: an included tax never changes the gross, one on top never the net. With `sum` the
    tax of all lines is rounded once and spread by largest remainder, so no line is off by a whole minor unit.
    """
    rate = Fraction(tax.percent) / 100
    part = rate / (1 + rate) if tax.included else rate
    exact = [amount * part for amount in amounts]
    shares = [rounded(one) for one in exact] if tax.rounding == "line" else _spread(exact)
    if tax.included:
        return tuple(TaxedLine(amount - share, share) for amount, share in zip(amounts, shares, strict=True))
    return tuple(TaxedLine(amount, share) for amount, share in zip(amounts, shares, strict=True))


def _spread(exact: Sequence[Fraction]) -> list[int]:
    """Whole parts that add up to the rounded sum, each less than one away from its exact value."""
    floors = [one.numerator // one.denominator for one in exact]
    missing = rounded(sum(exact, Fraction())) - sum(floors)
    by_remainder = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for index in by_remainder[:missing]:
        floors[index] += 1
    return floors
