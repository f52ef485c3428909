"""What is a message for? Which purposes answer the person, and which of them are marketing."""

from __future__ import annotations

from typing import Final

from shared.messages.conversation import MessageSent

ANSWERS: Final = frozenset({"reply", "page"})
"""Purposes of what is sent because the person has just written."""
CAUSED: Final = frozenset(
    {"booking_confirmed", "booking_pending", "booking_cancelled", "booking_rescheduled", "receipt"}
)
"""Purposes of what a person's own words bring about: somebody who wrote again after a STOP and booked is told so. A
reminder is none: it comes when nobody has written."""
MARKETING: Final = frozenset({"campaign"})
"""Purposes that need the person's consent to marketing. What is about somebody's own bookings and places in a queue, an
offer of a place that became free included, is none: the person asked for it."""


def answers(message: MessageSent) -> bool:
    """Whether it answers what the person wrote, directly or by what came of it."""
    return message.purpose in CAUSED or (message.purpose in ANSWERS and message.in_reply_to is not None)
