"""What is a message for? Which purposes answer the person, and which of them are marketing."""

from __future__ import annotations

from typing import Final

from shared.messages.conversation import MessageSent

ANSWERS: Final = frozenset({"reply", "page"})
"""Purposes of what is sent because the person has just written."""
MARKETING: Final = frozenset({"campaign"})
"""Purposes that need the person's consent to marketing. What is about somebody's own bookings and places in a queue, an
offer of a place that became free included, is none: the person asked for it."""


def answers(message: MessageSent) -> bool:
    """Whether it answers a message of the person's."""
    return message.purpose in ANSWERS and message.in_reply_to is not None
