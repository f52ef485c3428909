"""What else did a message want, of which only the first part has been done? "cancel my yoga and book pilates"."""

from __future__ import annotations

from collections.abc import Sequence

from services.agent.language import Intent
from services.agent.language.parts import two_requests
from services.agent.offline.acts import bookings, find
from services.agent.offline.history import Exchange
from services.agent.offline.offers import BOOK, CANCEL, Option
from services.agent.offline.scene import Scene
from services.agent.offline.script import Script
from services.agent.offline.wanted import SEARCHES

_REACH = 4  # exchanges in which the second request is still waited for
_OTHER = {CANCEL: Intent.BOOK, BOOK: Intent.CANCEL}
_DONE_BY = {Intent.BOOK: frozenset({*SEARCHES, "book"}), Intent.CANCEL: frozenset({"my_bookings", "cancel"})}


def carried_on(scene: Scene, taken: Option) -> list[Script]:
    """The request that was said together with what is `taken` now, unless it was asked about already."""
    other = _OTHER.get(taken.kind)
    if other is None:
        return []
    told = [exchange for exchange in scene.past if not exchange.notice][-_REACH:]
    for at in range(len(told) - 1, -1, -1):
        part = _second(scene, told[at], other)
        if part is not None:
            begun = any(use.name in _DONE_BY[other] for exchange in told[at:] for use in exchange.uses)
            return [] if begun else [_asked(part, other)]
    return []


def _second(scene: Scene, exchange: Exchange, other: Intent) -> Scene | None:
    """The part of the exchange's message that wants `other`, when it wanted two things."""
    if exchange.choice_id is not None:
        return None
    parts: Sequence[str] = two_requests(exchange.said, scene.said.language) or ()
    heard = [scene.part(part) for part in parts]
    return next((part for part in heard if part.said.intent is other), None)


def _asked(part: Scene, other: Intent) -> Script:
    return find.find(part) if other is Intent.BOOK else bookings.ask_cancel(part)
