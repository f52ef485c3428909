"""What is to be paid or given back when a booking moves to another time at another price?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Settlement(StrEnum):
    """How a reschedule goes on."""

    DIRECT = "direct"
    PAY = "pay"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Difference:
    """In minor units. `change` of the price (fee included), of which `due` is to be paid before the move is done.

    `refund` goes back after it; `owed` is what stays open to be paid at the business.
    """

    settlement: Settlement
    change: int
    due: int
    refund: int
    owed: int


def reschedule_difference(
    old_total: int, new_total: int, paid: int, *, fee: int = 0, prepaid: bool = True
) -> Difference:
    """Dearer: pay the difference. Cheaper: what was paid too much goes back. Equal: moved directly.

    `fee` is the business's for moving it. Only what exceeds the new price goes back, so a deposit stays. Not
    `prepaid` (paid at the business): nothing is due before the move.
    """
    target = new_total + fee
    change = target - old_total
    open_ = max(0, target - paid)
    due = min(open_, max(0, change)) if prepaid else 0
    refund = max(0, paid - target)
    settlement = Settlement.PAY if due else Settlement.REFUND if refund else Settlement.DIRECT
    return Difference(settlement, change, due, refund, open_ - due)
