"""What goes wrong at the emulated processor, and when? Test cards, magic amounts, and a script or chance of faults."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Card(StrEnum):
    """A card that a customer may pay with."""

    GOOD = "good"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    EXPIRED_CARD = "expired_card"
    AUTHENTICATION_REQUIRED = "authentication_required"
    """Asks for 3-D Secure: the payment waits until the customer passes or fails it."""
    CAPTURE_FAILS = "capture_fails"
    """Can be authorised; the capture is refused."""
    REFUND_FAILS = "refund_fails"
    """Pays, and refuses the first refund (a closed account); an explicit retry works."""


class Paid(StrEnum):
    """What the payment page shows after the customer tried."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    CHALLENGE = "challenge"
    CLOSED = "closed"


MAGIC_AMOUNTS: Mapping[int, Card] = {
    66601: Card.INSUFFICIENT_FUNDS,
    66602: Card.EXPIRED_CARD,
    66603: Card.AUTHENTICATION_REQUIRED,
    66604: Card.CAPTURE_FAILS,
    66605: Card.REFUND_FAILS,
}
"""Amounts (minor units) that make a good card behave like another, for whoever cannot choose a card."""

REFUSED_AMOUNT = 66600
"""A payment of this amount is refused when it is created (`amount_not_allowed`)."""


class Fault(StrEnum):
    """How a call can go wrong."""

    UNAVAILABLE = "unavailable"
    TIMED_OUT_UNDONE = "timed_out_undone"
    TIMED_OUT_DONE = "timed_out_done"


@dataclass(frozen=True, slots=True)
class Chances:
    """Probabilities (0 to 1) of faults per call and of mishaps per callback; nothing goes wrong by default."""

    unavailable: float = 0.0
    timed_out_undone: float = 0.0
    timed_out_done: float = 0.0
    duplicate: float = 0.0
    late: float = 0.0
    late_by: timedelta = timedelta(minutes=10)
    lost: float = 0.0


@dataclass(slots=True)
class Script:
    """Faults to come: first those asked for by name of the operation, then by chance."""

    chances: Chances = field(default_factory=Chances)
    planned: dict[str, deque[Fault]] = field(default_factory=dict)

    def fail(self, operation: str, *faults: Fault) -> None:
        """Let the next calls of `operation` (create, capture, void, refund, status) go wrong in these ways."""
        self.planned.setdefault(operation, deque()).extend(faults)

    def fault(self, operation: str, rng: random.Random) -> Fault | None:
        """What goes wrong with this call, if anything."""
        if waiting := self.planned.get(operation):
            return waiting.popleft()
        drawn = rng.random()
        for fault, chance in (
            (Fault.UNAVAILABLE, self.chances.unavailable),
            (Fault.TIMED_OUT_UNDONE, self.chances.timed_out_undone),
            (Fault.TIMED_OUT_DONE, self.chances.timed_out_done),
        ):
            if drawn < chance:
                return fault
            drawn -= chance
        return None
