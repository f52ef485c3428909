"""A promo code as a decision sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from services.booking.domain.money.rules import PromoCode


@dataclass(frozen=True, slots=True)
class Promo:
    """A code with its rule. `uses` counts redemptions; it never exceeds `max_uses` (None: any number)."""

    promo_id: UUID
    code: str
    rule: PromoCode
    uses: int
    max_uses: int | None
