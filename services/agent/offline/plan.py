"""What shall be done about a message? Which script plays: a pure decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.agent.facts import Facts
from services.agent.language import Intent
from services.agent.offline import say, talk
from services.agent.offline.acts import bookings, find, info, personal, waiting
from services.agent.offline.hearing import hear, listen, words_of
from services.agent.offline.history import Exchange, thing
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
    Option,
    open_offer,
    option_of,
    recent_offer,
    tapped,
)
from services.agent.offline.picked import Picked, picked
from services.agent.offline.scene import Scene
from services.agent.offline.script import Script, together
from services.agent.offline.script import say as saying
from services.agent.offline.wanted import find_args, has_time, moved_minutes, says_something
from services.agent.reply import MAX_CHOICES, Reply

__all__ = ["hear", "turn"]

_TALK = frozenset({Intent.GREET, Intent.THANKS, Intent.BYE})
_STALE = frozenset({BOOK, CANCEL, MOVE, WAIT, LEAVE, OFFER, MOVING})
Act = Callable[[Scene], Script]


def turn(past: Sequence[Exchange], now: Exchange, facts: Facts) -> Script:
    """The script that answers the newest message."""
    if now.choice_id is not None:
        return _tap(past, now, facts)
    scene = Scene(past, listen(now.said, facts), facts)
    taken = _taken(scene)
    return taken or _several(scene) or _one(scene)


def _tap(past: Sequence[Exchange], now: Exchange, facts: Facts) -> Script:
    choice_id, words = now.choice_id or "", words_of(now, facts)
    home = listen("", facts, words.language)
    scene = Scene(past, home, facts)
    option = tapped(past, choice_id)
    if option is not None:
        return act(scene, option)
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


def act(scene: Scene, option: Option) -> Script:
    """What an option stands for."""
    match option.kind:
        case "cancel":
            return bookings.cancel(scene, option)
        case "move":
            return bookings.move(scene, option)
        case "moving":
            return bookings.chosen_to_move(scene, option)
        case "wait":
            return waiting.join(scene, option)
        case "leave":
            return waiting.leave(scene, option)
        case "offer":
            return waiting.answer_offer(scene, option, accept=option.accept)
        case "receipt":
            return bookings.receipt(scene)
        case _:
            return find.book(scene, option)


def _taken(scene: Scene) -> Script | None:
    """What a yes or a pick does, and whatever else the same message asks."""
    offer = open_offer(scene.past)
    took = picked(scene.heard, scene.past)
    if took is None or _changes_mind(scene):
        if (
            offer is not None
            and offer.kind == OFFER
            and scene.heard.denies
            and not says_something(scene.heard)
        ):
            return waiting.answer_offer(scene, offer.options[0], accept=False)
        return None
    if took.unclear is not None:
        return saying(talk.which(took.unclear, scene.words, took.beyond))
    if not took.sure:
        return _shown_again(scene, took)
    acts = [act(scene, option) for option in took.options]
    if len(acts) > 1:
        return _joined(acts)
    besides = [*_still_asked(scene, took.options[0]), *_asked_besides(scene)]
    return _joined([*acts, *besides]) if besides else acts[0]


def _changes_mind(scene: Scene) -> bool:
    """ "yes... no wait": the later word counts; a "never mind" takes nothing."""
    return scene.heard.has("never_mind") or scene.heard.has("better_not")


def _still_asked(scene: Scene, taken: Option) -> list[Script]:
    """ "Shall I cancel …? And shall I book …?": a yes is to the first; the second is asked again."""
    shown = [option_of(shown.choice_id, scene.past) for shown in scene.past[-1].choices] if scene.past else []
    others = [option for option in shown if option is not None and option.kind == BOOK and option.view]
    if taken.kind == BOOK or len(others) != 1:
        return []
    return [saying(say.offered([others[0].view], others[0].party_size, scene.words))]


def _asked_besides(scene: Scene) -> list[Script]:
    """ "yes please. where are you?": the question after a yes."""
    clauses = scene.heard.cues.split(scene.heard.folded, scene.heard.text)
    for clause in clauses[1:]:
        part = scene.part(clause)
        info_act = _INFO.get(part.said.intent)
        if info_act is not None and not part.said.start and part.said.intent is not Intent.MY_BOOKINGS:
            return [info_act(part)]
    return []


def _shown_again(scene: Scene, took: Picked) -> Script:
    """One that was only likely meant: shown once more, with the question."""
    option = took.options[0]
    if option.kind == MOVE:
        booking = thing(scene.past, "booking_id", option.of)
        return saying(say.move_offer(booking, [option.view], scene.words)) if booking else act(scene, option)
    if option.kind == BOOK and option.view:
        views = [each.view for each in took.options]
        return saying(say.offered(views, took.party or option.party_size, scene.words))
    return act(scene, option)


def _several(scene: Scene) -> Script | None:
    """Several whole requests in one message ("who teaches yoga, and where are you?"); None when it is one."""
    heard = scene.heard
    parts = [scene.part(clause) for clause in heard.cues.split(heard.folded, heard.text)]
    if len(parts) < 2:
        return None
    states = any(personal.remembers(part.heard) for part in parts)
    wholes = [(part, _whole(part, alone=not states)) for part in parts]
    known = [(part, whole) for part, whole in wholes if whole is not None]
    rest = [part for part, whole in wholes if whole is None]
    if len(known) < 2 or any(part.said.intent not in _TALK for part in rest):
        return None
    searching = [part for part, whole in known if whole is find.find]
    asked = {(whole, part.said.service, part.said.staff): (part, whole) for part, whole in known}
    if len(searching) > 1:
        others = [whole(part) for part, whole in asked.values() if whole is not find.find]
        return _joined([*others, find.searches(searching)])
    return _joined([whole(part) for part, whole in asked.values()])


def _whole(part: Scene, *, alone: bool) -> Act | None:
    """The script of a clause that is a request of its own; `alone`: nothing beside it says otherwise."""
    said = part.said
    if personal.remembers(part.heard):
        return personal.remember
    if said.intent in _INFO and said.intent is not Intent.TALK_TO_HUMAN:
        return _INFO[said.intent]
    looks_for = said.intent in (Intent.BOOK, Intent.FIND)
    if looks_for and (said.service and has_time(said) if alone else said.service or has_time(said)):
        return find.find
    if said.intent is Intent.CANCEL and (said.service or has_time(said)):
        return bookings.ask_cancel
    return None


def _joined(scripts: Sequence[Script]) -> Script:
    """Several scripts as one reply, in their order."""
    replies = yield from together(scripts)
    spoken = [reply for reply in replies if not reply.silent]
    choices = [choice for reply in spoken for choice in reply.choices]
    text = "\n\n".join(reply.text for reply in spoken)
    return Reply(
        text=text, choices=choices[:MAX_CHOICES], stuck=bool(spoken) and all(r.stuck for r in spoken)
    )


def _one(scene: Scene) -> Script:
    heard, said, words = scene.heard, scene.said, scene.words
    offer = open_offer(scene.past)
    if _changes_mind(scene) and not has_time(said) and said.service is None:
        return saying(talk.declined(offer, words))
    for cue, script in _CUED:
        if heard.has(cue):
            return script(scene)
    if personal.remembers(heard, choosing=offer is not None and offer.kind in (BOOK, MOVE)):
        return personal.remember(scene)
    intent = _intent(scene)
    if (
        intent is Intent.MY_BOOKINGS
        and has_time(said)
        and heard.denies
        and offer is not None
        and offer.kind == BOOK
    ):
        return find.find(scene)  # "no, I have another appointment then, make it friday"
    if intent is Intent.CANCEL:
        backs_out = heard.has("bare_cancel") and offer is not None and offer.kind == BOOK
        return saying(talk.declined(offer, words)) if backs_out else bookings.ask_cancel(scene)
    if intent is Intent.RESCHEDULE:
        about_offer = offer is not None and offer.kind == BOOK and not said.service and says_something(heard)
        return find.find(scene) if about_offer else bookings.ask_move(scene)  # "change that to 4pm"
    if intent is Intent.WAITLIST:
        return waiting.wait(scene)
    moved = bookings.being_moved(scene)
    if (
        moved is None
        and said.service is None
        and (heard.has("refines") or heard.denies or moved_minutes(heard))
    ):
        moved = bookings.just_booked(scene)
    if moved is not None and says_something(heard):
        return bookings.move_to(scene, moved)
    paying = find.paying(scene)
    option = _bookable(scene)
    if paying and option is not None and not has_time(said) and not said.service:
        return find.quote(scene, option)
    if heard.has("info_packs") and intent in _ABOUT_PACKS and not has_time(said):
        return find.price_list(scene)
    if heard.has("details") and option is not None and not option.is_slot and not has_time(said):
        return find.details(scene, option)
    if intent in _INFO:
        return _INFO[intent](scene)
    asks_us = any(heard.has(cue) for cue in ("info_where", "info_hours", "info_phone"))
    if intent is Intent.OTHER and asks_us and not says_something(heard):
        return info.business(scene)
    if said.staff and not has_time(said) and heard.has("about") and intent is Intent.OTHER:
        return info.staff(scene)
    return _sessions(scene) or _talk(scene)


def _intent(scene: Scene) -> Intent:
    """The strongest intent; cues of our own where the language's intents have none."""
    intent = scene.said.intent
    if intent in (Intent.CANCEL, Intent.TALK_TO_HUMAN):
        return intent
    for cue, meant in _MEANT:
        if scene.heard.has(cue):
            return meant
    return intent


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


_INFO: dict[Intent, Act] = {
    Intent.STAFF_INFO: info.staff,
    Intent.BUSINESS_INFO: info.business,
    Intent.PRICE: find.price,
    Intent.TALK_TO_HUMAN: info.human,
    Intent.MY_BOOKINGS: bookings.show,
}
_ABOUT_PACKS = frozenset({Intent.FIND, Intent.BOOK, Intent.OTHER, Intent.PRICE, Intent.BUSINESS_INFO})
_MEANT = (
    ("cant_come", Intent.CANCEL),
    ("human", Intent.TALK_TO_HUMAN),
    ("reschedule", Intent.RESCHEDULE),
    ("waitlist", Intent.WAITLIST),
    ("list", Intent.MY_BOOKINGS),
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
