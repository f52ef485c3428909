"""What shall be done about a message? Which script plays: a pure decision."""

from __future__ import annotations

from collections.abc import Sequence

from services.agent.facts import Facts
from services.agent.language import Intent
from services.agent.offline import say, talk
from services.agent.offline.acts import again, bookings, find, info, moving, personal, waiting
from services.agent.offline.acts.table import INFO, Act
from services.agent.offline.hearing import hear, listen
from services.agent.offline.history import Exchange
from services.agent.offline.offers import (
    BOOK,
    MOVE,
    Option,
    open_offer,
    recent_offer,
)
from services.agent.offline.scene import Scene
from services.agent.offline.script import Script
from services.agent.offline.script import say as saying
from services.agent.offline.several import several
from services.agent.offline.taken import changes_mind, taken
from services.agent.offline.taps import tap
from services.agent.offline.wanted import has_time, moved_minutes, says_something, searched
from services.agent.reply import Reply

__all__ = ["hear", "turn"]


def turn(past: Sequence[Exchange], now: Exchange, facts: Facts) -> Script:
    """The script that answers the newest message."""
    if now.choice_id is not None:
        return tap(past, now, facts)
    scene = Scene(past, listen(now.said, facts), facts)
    return _again(scene) or taken(scene) or several(scene) or _one(scene)


def _again(scene: Scene) -> Script | None:
    """ "the same as last time"; but "yes, as last time" is a yes to what is on offer."""
    if not scene.heard.has("same_again"):
        return None
    agrees = Intent.AFFIRM in scene.said.intents and open_offer(scene.past) is not None
    return None if agrees or scene.said.intent in (Intent.CANCEL, Intent.RESCHEDULE) else again.same(scene)


def _one(scene: Scene) -> Script:
    """A message that is one request: the first that knows what to do with it."""
    for decide in (_cued, _changes, _about_offer, _asks, _sessions):
        script = decide(scene)
        if script is not None:
            return script
    return _talk(scene)


def _cued(scene: Scene) -> Script | None:
    """What a phrase alone decides: taking all back, a receipt, a recommendation, a preference stated."""
    heard, offer = scene.heard, open_offer(scene.past)
    if changes_mind(scene) and not has_time(scene.said) and scene.said.service is None:
        return saying(talk.declined(offer, scene.words))
    for cue, script in _CUED:
        if heard.has(cue):
            return script(scene)
    if personal.remembers(heard, choosing=offer is not None and offer.kind in (BOOK, MOVE)):
        return personal.remember(scene)
    return None


def _changes(scene: Scene) -> Script | None:
    """Something booked shall be cancelled, moved or queued for."""
    heard, said, intent = scene.heard, scene.said, _intent(scene)
    offer = open_offer(scene.past)
    offers_booking = offer is not None and offer.kind == BOOK
    if intent is Intent.MY_BOOKINGS and has_time(said) and heard.denies and offers_booking:
        return find.find(scene)  # "no, I have another appointment then, make it friday"
    if intent is Intent.CANCEL:
        backs_out = heard.has("bare_cancel") and offers_booking
        return saying(talk.declined(offer, scene.words)) if backs_out else bookings.ask_cancel(scene)
    if intent is Intent.RESCHEDULE:
        about_offer = offers_booking and not said.service and says_something(heard)
        return find.find(scene) if about_offer else moving.ask_move(scene)  # "change that to 4pm"
    if intent is Intent.WAITLIST:
        return waiting.wait(scene)
    moved = moving.being_moved(scene)
    corrects = (
        heard.has("refines") or heard.has("instead") or heard.denies or moved_minutes(heard) is not None
    )
    if moved is None and said.service is None and corrects and not heard.has("too"):
        moved = moving.just_booked(scene)
        if (
            moved is None
            and heard.has("instead")
            and has_time(said)
            and offer is None
            and not searched(scene.past)
        ):
            return moving.instead(scene)
    return moving.move_to(scene, moved) if moved is not None and says_something(heard) else None


def _about_offer(scene: Scene) -> Script | None:
    """A question about the one thing on offer: what it costs this way, what it is like."""
    option = _bookable(scene)
    if option is not None and has_time(scene.said) and scene.said.intent is Intent.PRICE:
        return find.find(scene)  # "is 4pm free?"
    if option is None or has_time(scene.said):
        return None
    if find.paying(scene) and not scene.said.service:
        return find.quote(scene, option)
    if scene.heard.has("details") and not option.is_slot:
        return find.details(scene, option)
    return None


def _asks(scene: Scene) -> Script | None:
    """A question about the business, its staff, its prices, or the customer's own bookings."""
    heard, said, intent = scene.heard, scene.said, _intent(scene)
    if heard.has("info_packs") and intent in _ABOUT_PACKS and not has_time(said):
        return find.price_list(scene)
    if heard.has("opens") and said.service is None and said.staff is None:
        return info.business(scene)
    if intent is Intent.STAFF_INFO and has_time(said):
        return find.find(scene)  # "is Ana there on Wednesday?": what there is then, with whom
    if intent in INFO:
        return INFO[intent](scene)
    asks_us = any(heard.has(cue) for cue in ("info_where", "info_hours", "info_phone"))
    if intent is Intent.OTHER and asks_us and not says_something(heard):
        return info.business(scene)
    if said.staff and not has_time(said) and heard.has("about") and intent is Intent.OTHER:
        return info.staff(scene)
    return None


def _intent(scene: Scene) -> Intent:
    """The strongest intent; cues of our own where the language's intents have none."""
    intent = scene.said.intent
    if intent in (Intent.CANCEL, Intent.TALK_TO_HUMAN):
        return intent
    for cue, meant in _MEANT:
        if scene.heard.has(cue):
            return meant
    return Intent.MY_BOOKINGS if intent in _VAGUE and scene.heard.has("list") else intent


def _bookable(scene: Scene) -> Option | None:
    """The one thing to book that the conversation is about."""
    offer = recent_offer(scene.past)
    if offer is None or offer.kind != BOOK:
        return None
    return offer.yes or (offer.options[0] if len(offer.options) == 1 else None)


def _sessions(scene: Scene) -> Script | None:
    """A search, when the message says which sessions are wanted or asks for any."""
    heard, said = scene.heard, scene.said
    if says_something(heard):
        return find.find(scene)
    if heard.has("any_other"):
        return saying(Reply(text=scene.words("another")))
    if said.intent is Intent.FIND:
        return find.search(scene, {})
    if said.intent is Intent.BOOK:
        return saying(say.services(scene.facts.services, scene.words))
    return None


def _talk(scene: Scene) -> Script:
    intents = scene.said.intents
    intent = Intent.THANKS if Intent.THANKS in intents and not scene.heard.denies else scene.said.intent
    offer = open_offer(scene.past)
    if intent is Intent.CHOOSE and offer is not None and len(offer.options) > 1:
        return saying(talk.which(offer, scene.words))
    if intent is Intent.AFFIRM and offer is None and (asked := find.day_asked(scene)) is not None:
        return saying(asked)
    reply = talk.small(intent, scene.facts, scene.words, open_offer(scene.past))
    return saying(reply or talk.not_understood(scene.words))


_ABOUT_PACKS = frozenset({Intent.FIND, Intent.BOOK, Intent.OTHER, Intent.PRICE, Intent.BUSINESS_INFO})
_VAGUE = frozenset({Intent.OTHER, Intent.FIND, Intent.BOOK})
_MEANT = (
    ("cant_come", Intent.CANCEL),
    ("human", Intent.TALK_TO_HUMAN),
    ("reschedule", Intent.RESCHEDULE),
    ("waitlist", Intent.WAITLIST),
)
_CUED: tuple[tuple[str, Act], ...] = (
    ("leave_list", waiting.ask_leave),
    ("where_in_line", waiting.place),
    ("receipt", bookings.receipt),
    ("pay_link", bookings.pay_link),
    ("balance", bookings.show),
    ("forget", personal.forget),
    ("recommend", find.recommend),
)
