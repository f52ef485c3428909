"""Several whole requests in one message: "who teaches yoga, and where are you?"."""

from __future__ import annotations

from services.agent.language import Intent
from services.agent.offline.acts import bookings, find, moving, personal
from services.agent.offline.acts.table import INFO, Act
from services.agent.offline.scene import Scene
from services.agent.offline.script import Script, joined
from services.agent.offline.wanted import has_time

_ACTS = frozenset({find.find, bookings.ask_cancel, moving.ask_move})
_TALK = frozenset({Intent.GREET, Intent.THANKS, Intent.BYE})


def several(scene: Scene) -> Script | None:
    """Several whole requests in one message ("who teaches yoga, and where are you?"); None when it is one."""
    heard = scene.heard
    clauses = heard.cues.split(heard.folded, heard.text)
    if len(clauses) < 2:
        return None
    parts = [scene.part(clause) for clause in clauses]
    states = any(personal.remembers(part.heard) for part in parts)
    wholes = [(part, _whole(part, alone=not states)) for part in parts]
    if not any(whole in _ACTS for _, whole in wholes):
        wholes = [(part, whole or _wish(part)) for part, whole in wholes]
    known = [(part, whole) for part, whole in wholes if whole is not None]
    rest = [part for part, whole in wholes if whole is None]
    if len(known) < 2 or any(part.said.intent not in _TALK for part in rest):
        return None
    searching = [part for part, whole in known if whole is find.find]
    asked = {(whole, part.said.service, part.said.staff): (part, whole) for part, whole in known}
    if len(searching) > 1:
        others = [whole(part) for part, whole in asked.values() if whole is not find.find]
        return joined([*others, find.searches(searching)])
    return joined([whole(part) for part, whole in asked.values()])


def _whole(part: Scene, *, alone: bool) -> Act | None:
    """The script of a clause that is a request of its own; `alone`: nothing beside it says otherwise."""
    said = part.said
    if personal.remembers(part.heard):
        return personal.remember
    if said.intent in INFO and said.intent is not Intent.TALK_TO_HUMAN:
        return INFO[said.intent]
    looks_for = said.intent in (Intent.BOOK, Intent.FIND)
    if looks_for and (said.service and has_time(said) if alone else said.service or has_time(said)):
        return find.find
    if said.intent is Intent.CANCEL and (said.service or has_time(said)):
        return bookings.ask_cancel
    if said.intent is Intent.RESCHEDULE and has_time(said):
        return moving.ask_move
    return None


def _wish(part: Scene) -> Act | None:
    """A service asked for without a time: a request where only questions are beside it."""
    said = part.said
    return find.find if said.intent in (Intent.BOOK, Intent.FIND) and said.service else None
