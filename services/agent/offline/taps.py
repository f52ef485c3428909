"""What does a tapped button or row do?"""

from __future__ import annotations

from collections.abc import Sequence

from services.agent.facts import Facts
from services.agent.offline import talk
from services.agent.offline.acts import bookings, find, info
from services.agent.offline.acts.table import Act
from services.agent.offline.hearing import listen, words_of
from services.agent.offline.history import Exchange
from services.agent.offline.offers import (
    BOOK,
    CANCEL,
    HUMAN,
    LEAVE,
    MOVE,
    MOVING,
    NO,
    OFFER,
    WAIT,
    open_offer,
    tapped,
)
from services.agent.offline.scene import Scene
from services.agent.offline.script import Script
from services.agent.offline.script import say as saying
from services.agent.offline.taken import taken_by_tap
from services.agent.offline.wanted import find_args
from services.agent.reply import Reply

_STALE = frozenset({BOOK, CANCEL, MOVE, WAIT, LEAVE, OFFER, MOVING})


def tap(past: Sequence[Exchange], now: Exchange, facts: Facts) -> Script:
    """What a tap does."""
    choice_id, words = now.choice_id or "", words_of(now, facts)
    home = listen("", facts, words.language)
    scene = Scene(past, home, facts)
    option = tapped(past, choice_id)
    if option is not None:
        return taken_by_tap(scene, option)
    kind, _, rest = choice_id.partition(":")
    if kind == NO:
        return saying(talk.declined(open_offer(past), words))
    if kind == "find":
        return _tapped_service(scene, rest)
    asks: dict[str, Act] = {
        "ask:classes": find.find,
        "ask:my_bookings": bookings.show,
        "ask:business": info.business,
        HUMAN: info.human,
    }
    if choice_id in asks:
        return asks[choice_id](scene)
    if kind in _STALE:
        return saying(Reply(text=words("offer_gone"), choices=talk.menu(words)[:1]))
    return saying(talk.not_understood(words))


def _tapped_service(scene: Scene, name: str) -> Script:
    """A service tapped after we asked which: the time said before still holds."""
    last = scene.past[-1] if scene.past else None
    args: dict[str, object] = {"what": name}
    if last is not None and last.choice_id is None:
        before = Scene(scene.past[:-1], listen(last.said, scene.facts, scene.said.language), scene.facts)
        told = find_args(before.heard, before.past, scene.facts.local_now)
        args |= {key: told[key] for key in ("when", "staff", "party_size") if key in told}
    return find.search(scene, args)
