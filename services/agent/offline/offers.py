"""What may the customer say yes to? Only what an earlier message of ours showed as a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.agent.offline.history import Exchange, Json, Shown, thing
from services.agent.offline.texts import LANGUAGES, texts_of

BOOK, CANCEL, MOVE, WAIT, LEAVE, OFFER = "book", "cancel", "move", "wait", "leave", "offer"
RECEIPT, MOVING, HUMAN, NO = "receipt", "moving", "human", "no"
_VALID_EXCHANGES = 3
_KINDS: Final = frozenset({BOOK, CANCEL, MOVE, WAIT, LEAVE, OFFER, RECEIPT, MOVING})
_YES: Final = tuple(sorted({texts_of(language)["yes_word"].lower() for language in LANGUAGES}))


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that was offered.

    `id` is a session's or slot's (book, move, wait, offer), a booking's (cancel, receipt, moving) or an entry's
    (leave); `of` the booking that moves or the waitlist entry of an offer; `view` what tools told about it.
    """

    kind: str
    id: str
    party_size: int
    choice_id: str
    view: Json
    of: str = ""
    accept: bool = True

    @property
    def starts(self) -> datetime | None:
        """The local start, when a tool result told it."""
        starts = self.view.get("starts")
        return datetime.fromisoformat(starts) if isinstance(starts, str) else None

    @property
    def is_slot(self) -> bool:
        """Whether it is a free start time of an appointment."""
        return "slot_id" in self.view


@dataclass(frozen=True, slots=True)
class Offer:
    """What a message offered; `yes` is what a bare "yes" means (None: it asked which one)."""

    options: tuple[Option, ...]
    yes: Option | None
    text: str = ""

    @property
    def kind(self) -> str:
        """What kind of thing it is about."""
        return self.options[0].kind


def book_id(view: Json, party_size: int) -> str:
    """The choice that books a session or a slot."""
    return f"{BOOK}:{view.get('session_id') or view.get('slot_id')}:{party_size}"


def move_id(booking_id: str, view: Json) -> str:
    """The choice that moves a booking there."""
    return f"{MOVE}:{booking_id}:{view.get('session_id') or view.get('slot_id')}"


def open_offer(past: Sequence[Exchange]) -> Offer | None:
    """The offer of our last message; news that ask nothing leave our question open."""
    last = asked_last(past)
    return _offer(last, past) if last is not None else None


def asked_last(past: Sequence[Exchange]) -> Exchange | None:
    """The last exchange, without what the notifier sent after it that asks nothing."""
    return next((exchange for exchange in reversed(past) if exchange.choices or not exchange.notice), None)


def recent_offer(past: Sequence[Exchange]) -> Offer | None:
    """The newest offer of our last few messages: "ok, book it" after a question in between."""
    return next(iter(recent_offers(past)), None)


def recent_offers(past: Sequence[Exchange], most: int = _VALID_EXCHANGES) -> list[Offer]:
    """The offers of our last messages, newest first."""
    asking = [exchange for exchange in reversed(past) if exchange.choices or not exchange.notice]
    offers = [_offer(exchange, past) for exchange in asking[:most]]
    return [offer for offer in offers if offer is not None]


def tapped(past: Sequence[Exchange], choice_id: str) -> Option | None:
    """The option behind a choice, if any message in the history showed it."""
    for exchange in reversed(past):
        if any(shown.choice_id == choice_id for shown in exchange.choices):
            return option_of(choice_id, past)
    return None


def option_of(choice_id: str, past: Sequence[Exchange]) -> Option | None:
    """The option that a choice id spells, with what the tools had told about it."""
    kind, *rest = choice_id.split(":")
    if kind not in _KINDS or not rest:
        return None
    if kind in (BOOK, WAIT):
        size = int(rest[1]) if len(rest) > 1 and rest[1].isdigit() else 1
        return Option(kind, rest[0], size, choice_id, _bookable(rest[0], past))
    if kind == MOVE and len(rest) == 2:
        return Option(kind, rest[1], 1, choice_id, _bookable(rest[1], past), of=rest[0])
    if kind == OFFER and len(rest) == 3:
        view = _bookable(rest[0], past)
        return Option(kind, rest[0], 1, choice_id, view, of=rest[1], accept=rest[2] == "yes")
    if kind == LEAVE:
        return Option(kind, rest[0], 1, choice_id, thing(past, "entry_id", rest[0]))
    return Option(kind, rest[0], 1, choice_id, thing(past, "booking_id", rest[0]))


def _bookable(id_: str, past: Sequence[Exchange]) -> Json:
    return thing(past, "session_id", id_) or thing(past, "slot_id", id_)


def _offer(exchange: Exchange, past: Sequence[Exchange]) -> Offer | None:
    options = [(shown, option_of(shown.choice_id, past)) for shown in exchange.choices]
    real = [(shown, option) for shown, option in options if option is not None and option.accept]
    if not real:
        return None
    yes = next((option for shown, option in real if _says_yes(shown)), None)
    wanted = [pair for pair in real if yes is None or pair[1].kind == yes.kind]
    return Offer(tuple(option for _, option in wanted), yes, exchange.text)


def _says_yes(shown: Shown) -> bool:
    return shown.title.lower().startswith(_YES)
