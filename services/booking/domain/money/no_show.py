"""What does it cost not to come? The fee, what of the payment counts towards it, and what is still due."""

from __future__ import annotations

from dataclasses import dataclass

from services.booking.domain.money.cancellation import BookedKind, BookedLine, charged_seats
from services.booking.domain.money.policy import CancellationPolicy


@dataclass(frozen=True, slots=True)
class NoShowQuote:
    """In minor units. `keeps`: what was paid stays with the business; `due`: what of the fee it does not cover."""

    fee: int
    keeps: int
    due: int


def quote_no_show(
    lines: tuple[BookedLine, ...], paid: int, policy: CancellationPolicy, *, waived: bool = False
) -> NoShowQuote:
    """The fee for those of the party who did not come (lines not checked in).

    The service was kept ready, so nothing paid comes back; a waived fee is not charged on top of it either.
    """
    absent = tuple(line for line in lines if not line.checked_in)
    attended = sum(line.amount for line in lines if line.checked_in)
    if waived or not absent or policy.no_show_fee is None:
        return NoShowQuote(0, paid, 0)
    price = sum(line.amount for line in absent if line.kind is not BookedKind.FEE)
    fee = policy.no_show_fee.of(price, charged_seats(absent))
    return NoShowQuote(fee, paid, max(0, fee - max(0, paid - attended)))
