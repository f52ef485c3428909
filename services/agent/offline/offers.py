"""What may the customer say yes to? Only what an earlier reply of ours showed as a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.agent.offline.history import Exchange, Json, results

BOOK = "book"
CANCEL = "cancel"
NO = "no"
_VALID_EXCHANGES = 3


@dataclass(frozen=True, slots=True)
class Option:
    """One thing offered: a session to book for `party_size`, or a booking to cancel."""

    kind: Literal["book", "cancel"]
    id: str
    party_size: int
    choice_id: str
    view: Json

    @property
    def starts(self) -> datetime | None:
        """The local start, when a tool result told it."""
        starts = self.view.get("starts")
        return datetime.fromisoformat(starts) if isinstance(starts, str) else None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a reply offered; `yes` is what a bare "yes" means (None: it asked which one)."""

    options: tuple[Option, ...]
    yes: Option | None


def book_id(session_id: str, party_size: int) -> str:
    """The choice that books a session."""
    return f"{BOOK}:{session_id}:{party_size}"


def cancel_id(booking_id: str) -> str:
    """The choice that cancels a booking."""
    return f"{CANCEL}:{booking_id}"


def open_offer(past: Sequence[Exchange]) -> Offer | None:
    """The offer of our last reply."""
    return _offer(past[-1], past) if past else None


def recent_offer(past: Sequence[Exchange]) -> Offer | None:
    """The newest offer of our last few replies: "ok, book it" after a question in between."""
    for exchange in list(reversed(past))[:_VALID_EXCHANGES]:
        offer = _offer(exchange, past)
        if offer is not None:
            return offer
    return None


def tapped(past: Sequence[Exchange], choice_id: str) -> Option | None:
    """The option behind a choice, if any reply in the history showed it."""
    for exchange in reversed(past):
        if any(shown.choice_id == choice_id for shown in exchange.choices):
            return option_of(choice_id, past)
    return None


def option_of(choice_id: str, past: Sequence[Exchange]) -> Option | None:
    """The option that a choice id spells, with what the tools had told about it."""
    kind, _, rest = choice_id.partition(":")
    if kind == BOOK:
        session_id, _, party = rest.partition(":")
        size = int(party) if party.isdigit() else 1
        return Option("book", session_id, size, choice_id, _session(session_id, past))
    if kind == CANCEL:
        return Option("cancel", rest, 1, choice_id, _booking(rest, past))
    return None


def _offer(exchange: Exchange, past: Sequence[Exchange]) -> Offer | None:
    options = [(shown, option_of(shown.choice_id, past)) for shown in exchange.choices]
    real = [(shown, option) for shown, option in options if option is not None]
    if not real:
        return None
    yes = next((option for shown, option in real if shown.title.lower().startswith("yes")), None)
    return Offer(tuple(option for _, option in real), yes)


def _session(session_id: str, past: Sequence[Exchange]) -> Json:
    for result in results(past, "find_sessions", "book_session"):
        for group in ("sessions", "alternatives", "full"):
            for session in result.get(group, ()):
                if session.get("session_id") == session_id:
                    return dict(session)
    return {}


def _booking(booking_id: str, past: Sequence[Exchange]) -> Json:
    for result in results(past, "my_bookings"):
        for booking in result.get("bookings", ()):
            if booking.get("booking_id") == booking_id:
                return dict(booking)
    return {}
