"""What does a business keep when somebody cancels or does not come? Its tiers and fees, and named presets."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from services.booking.domain.money.config import Config, Fee, Lead, Minor, Ref
from shared.money import ALL, rounded

_HOUR = timedelta(hours=1)


class CancellationTier(Config):
    """At least this long before the start (inclusive), this much comes back.

    `refund_basis_points` of the price, less `fixed_fee` per booking and `fee_per_seat`. `returns_credit`: whether a
    credit used comes back (a credit cannot be halved; unsaid: only where all money would).
    """

    at_least: Lead
    refund_basis_points: Annotated[int, Field(ge=0, le=ALL)]
    fixed_fee: Minor = 0
    fee_per_seat: Minor = 0
    returns_credit: bool | None = None
    label: Annotated[str, StringConstraints(min_length=1, max_length=80)] | None = None

    @property
    def refunds_all(self) -> bool:
        """Whether nothing is kept."""
        return self.refund_basis_points == ALL and not self.fixed_fee and not self.fee_per_seat

    @property
    def gives_credit_back(self) -> bool:
        """Whether credits used are returned."""
        return self.refunds_all if self.returns_credit is None else self.returns_credit


DEFAULT_TIERS = (
    CancellationTier(at_least=24 * _HOUR, refund_basis_points=ALL),
    CancellationTier(at_least=12 * _HOUR, refund_basis_points=5_000),
    CancellationTier(at_least=2 * _HOUR, refund_basis_points=2_500),
    CancellationTier(at_least=timedelta(0), refund_basis_points=0),
)
"""All until 24 hours before, half until 12, a quarter until 2, then nothing."""


class CancellationPolicy(Config):
    """A business's terms for some services and member tiers (none named: for all).

    `closes`: so long before the start a customer cannot cancel any more (nor where no tier reaches).
    `late_cancel_fee` is charged for cancelling less than `late_within` before the start, also when nothing was
    paid; what a tier keeps counts towards it. `no_show_fee`: unsaid, nothing beyond what was paid.
    `round_fees_to`: percentages of the price are rounded to whole multiples of so many minor units.
    """

    services: tuple[Ref, ...] = ()
    member_tiers: tuple[Ref, ...] = ()
    tiers: tuple[CancellationTier, ...] = DEFAULT_TIERS
    closes: Lead = timedelta(0)
    late_within: Lead = 24 * _HOUR
    late_cancel_fee: Fee | None = None
    no_show_fee: Fee | None = None
    free_late_cancels_per_month: Annotated[int, Field(ge=0, le=100)] = 0
    round_fees_to: Annotated[int, Field(ge=1, le=100_000)] = 1

    @model_validator(mode="after")
    def _later_is_never_better(self) -> Self:
        tiers = sorted(self.tiers, key=lambda tier: tier.at_least, reverse=True)
        for earlier, later in pairwise(tiers):
            if earlier.at_least == later.at_least:
                raise ValueError(f"two tiers begin {later.at_least} before the start")
            if later.refund_basis_points > earlier.refund_basis_points:
                raise ValueError("a later cancellation must not bring back more than an earlier one")
        return self

    def matches(self, service: Ref, member_tiers: frozenset[str]) -> bool:
        """Whether these terms are for this service and customer."""
        if self.services and service not in self.services:
            return False
        return not self.member_tiers or not member_tiers.isdisjoint(self.member_tiers)

    def tier_at(self, lead: timedelta) -> CancellationTier | None:
        """The tier with `lead` left until the start; None when it is too late for all of them."""
        reached = [tier for tier in self.tiers if lead >= tier.at_least]
        return max(reached, key=lambda tier: tier.at_least, default=None)

    @property
    def free_lead(self) -> timedelta | None:
        """How long before the start cancelling last costs nothing; None: it always does cost something."""
        free = min((tier.at_least for tier in self.tiers if tier.refunds_all), default=None)
        if free is None:
            return None
        late = self.late_within if self.late_cancel_fee is not None else timedelta(0)
        return max(free, late, self.closes)

    def rounded_fee(self, fee: int) -> int:
        """A percentage fee, rounded as the business wants it."""
        return rounded(Fraction(fee, self.round_fees_to)) * self.round_fees_to


PresetName = Literal["zero", "flexible", "fair", "moderate", "strict"]
_PRESETS: dict[PresetName, tuple[int, int]] = {
    "zero": (0, 0),
    "flexible": (0, 1_000),
    "fair": (1_000, 3_000),
    "moderate": (3_000, 5_000),
    "strict": (5_000, ALL),
}


def preset(name: PresetName, notice: timedelta = 24 * _HOUR) -> CancellationPolicy:
    """A policy by name: what a late cancellation (less than `notice` before) and a no-show cost, of the price.

    zero 0/0, flexible 0/10 %, fair 10/30 %, moderate 30/50 %, strict 50/100 %.
    """
    late, no_show = _PRESETS[name]
    early = CancellationTier(at_least=notice, refund_basis_points=ALL)
    within = CancellationTier(at_least=timedelta(0), refund_basis_points=ALL - late)
    return CancellationPolicy(
        tiers=(early, within) if notice else (within,),
        late_within=notice,
        late_cancel_fee=Fee(basis_points=late) if late else None,
        no_show_fee=Fee(basis_points=no_show) if no_show else None,
    )
