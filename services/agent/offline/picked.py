"""Does the customer say yes, or pick one of the things shown? Only then is anything written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.agent.language import Grain, Intent, Preference, Understanding
from services.agent.language.folding import fold
from services.agent.offline.hearing import Heard
from services.agent.offline.history import Exchange
from services.agent.offline.offers import (
    BOOK,
    CANCEL,
    LEAVE,
    MOVE,
    WAIT,
    Offer,
    Option,
    open_offer,
    recent_offer,
)
from services.agent.offline.wanted import has_time, moved_minutes

_BRIEF = 4  # words: "vinyasa", "with Ana please"
_MOST_AT_ONCE = 4
"""Things that "both" or "all" takes: a day's whole list was rather not meant, and a turn has only so many calls."""


@dataclass(frozen=True, slots=True)
class Picked:
    """What a message takes of what was shown.

    `sure` options are acted on; one that is only likely is shown again. `unclear`: it takes one, but which? `beyond`:
    a number that nothing shown has (0: none was said), `party`: how many come instead.
    """

    options: tuple[Option, ...] = ()
    sure: bool = True
    unclear: Offer | None = None
    beyond: int = 0
    party: int | None = None


def picked(heard: Heard, past: Sequence[Exchange]) -> Picked | None:
    """What a yes or a choice in this message takes; None when it is neither."""
    said, offer = heard.said, open_offer(past)
    if said.choice is not None and offer is not None and not heard.has("no_pick"):
        took = _numbered(said.choice, offer)
        return replace(took, sure=False) if heard.has("maybe_pick") else took
    if offer is not None and len(offer.options) > 1 and heard.has("both"):
        return None if heard.denies else _all(offer)
    agrees = (Intent.AFFIRM in said.intents and heard.states(Intent.AFFIRM)) or heard.has("book_it")
    if agrees and not heard.denies:
        return _agreed(heard, past, offer)
    if offer is not None and (len(offer.options) > 1 or heard.has("the_one")):
        return _described(heard, offer)
    return None


def _all(offer: Offer) -> Picked:
    return Picked(offer.options) if len(offer.options) <= _MOST_AT_ONCE else Picked(unclear=offer)


def _numbered(choice: int, offer: Offer) -> Picked:
    count = len(offer.options)
    position = count if choice == -1 else choice
    if 1 <= position <= count:
        return Picked((offer.options[position - 1],))
    clocks = {choice % 24, (choice + 12) % 24}
    at = [
        o for o in offer.options if o.starts is not None and o.starts.hour in clocks and o.starts.minute == 0
    ]
    if len(at) == 1 and at[0].kind in (BOOK, MOVE) and count > 1:
        return Picked((at[0],), sure=False)  # "10" of times that are shown is ten o'clock
    only = offer.options[0]
    if count == 1 and only.kind == BOOK and only.view and 1 < choice <= 20:
        # "2" after one class was shown can only mean how many come.
        return Picked((only,), sure=False, party=choice)
    return Picked(unclear=offer, beyond=count)


def _agreed(heard: Heard, past: Sequence[Exchange], offer: Offer | None) -> Picked | None:
    said = heard.said
    if offer is None and heard.has("book_it"):
        offer = recent_offer(past)
    if offer is None:
        return None
    if len(offer.options) > 1 and offer.yes is None:
        compared = None if heard.has("beyond") else _by_comparison(said, offer)
        if compared is not None:
            return Picked((compared,), sure=len(offer.options) == 2)
        if _only_a_day(said, offer):
            return None
        narrowed = [option for option in offer.options if not contradicts(said, option)]
        tells = said.service or said.staff or has_time(said)
        if tells and not narrowed:
            return None  # "ok, then on friday"
        return Picked((narrowed[0],)) if tells and len(narrowed) == 1 else Picked(unclear=offer)
    option = offer.yes or offer.options[0]
    # "yes, but for two" or "yes, on friday" is not a yes to what was shown, and a yes to another question is none to it.
    return None if contradicts(said, option) or _asks_else(heard, option) else Picked((option,))


def _asks_else(heard: Heard, option: Option) -> bool:
    """Whether the message wants something that is not the option's to give ("ok, and cancel my yoga")."""
    away = {Intent.CANCEL, Intent.RESCHEDULE, Intent.MY_BOOKINGS, Intent.TALK_TO_HUMAN, Intent.WAITLIST}
    own = {CANCEL: Intent.CANCEL, LEAVE: Intent.WAITLIST, WAIT: Intent.WAITLIST, MOVE: Intent.RESCHEDULE}
    if moved_minutes(heard) is not None:
        return True
    return any(intent in away and own.get(option.kind) is not intent for intent in heard.said.intents)


def _described(heard: Heard, offer: Offer) -> Picked | None:
    """ "the later one", "the 7pm one", "the one with Ana": a sure pick acts, a likely one is asked about."""
    said = heard.said
    compared = None if heard.has("beyond") else _by_comparison(said, offer)
    if compared is not None:
        return Picked((compared,), sure=len(offer.options) == 2 or compared.kind == CANCEL)
    if said.preference is Preference.CHEAPER and len(offer.options) > 1:
        return Picked(_cheapest(offer), sure=False)
    if not (said.service or said.staff or has_time(said)) or said.party_size is not None:
        return None
    if _only_a_day(said, offer):
        return None
    brief = len(heard.text.split()) <= _BRIEF and not heard.has("refines")
    if "?" in heard.text or not (brief or heard.has("the_one") or said.intent is Intent.OTHER):
        return None
    fitting = [option for option in offer.options if option.view and not contradicts(said, option)]
    if len(fitting) != 1:
        return None
    return Picked((fitting[0],), sure=fitting[0].kind == CANCEL)


def _only_a_day(said: Understanding, offer: Offer) -> bool:
    """Whether a day without a time was said while a few of an appointment's many free times were shown."""
    exact = said.grain in (Grain.MINUTE, Grain.HOUR) and said.start is not None and said.end is None
    return has_time(said) and not exact and any(option.is_slot for option in offer.options)


def _by_comparison(said: Understanding, offer: Offer) -> Option | None:
    """The one option that is the latest, the earliest, the other or the cheapest, or any where that is all the same."""
    options = offer.options
    if len(options) < 2:
        return None
    if said.preference is Preference.ANY:
        return options[0] if options[0].view else None
    if said.preference is Preference.OTHER and len(options) == 2 and offer.yes is options[0]:
        return options[1]
    if said.preference is Preference.CHEAPER:
        return _only([(float(option.view.get("price_minor", 0)), option) for option in options])
    if said.preference in (Preference.LATER, Preference.EARLIER):
        sign = -1 if said.preference is Preference.LATER else 1
        dated = [(sign * _seconds(o.starts), o) for o in options if o.starts is not None]
        return _only(dated) if len(dated) == len(options) else None
    return None


def _cheapest(offer: Offer) -> tuple[Option, ...]:
    """All that cost no more than any other."""
    least = min(float(option.view.get("price_minor", 0)) for option in offer.options)
    return tuple(o for o in offer.options if float(o.view.get("price_minor", 0)) == least)


def _only(ranked: Sequence[tuple[float, Option]]) -> Option | None:
    """The option of the lowest rank, unless it shares it."""
    best = min(rank for rank, _ in ranked)
    found = [option for rank, option in ranked if rank == best]
    return found[0] if len(found) == 1 else None


def _seconds(moment: datetime) -> float:
    return (moment - datetime.min).total_seconds()


def contradicts(said: Understanding, option: Option) -> bool:
    """Whether the message says something that the option is not."""
    if said.party_size is not None and option.kind in (BOOK, WAIT) and said.party_size != option.party_size:
        return True
    if said.service and option.view and not is_named(said.service, str(option.view.get("service", ""))):
        return True
    if said.staff and not is_named(said.staff, str(option.view.get("staff", ""))):
        return True
    if option.starts is not None and any(each.covers(option.starts) for each in said.without):
        return True
    return said.shift_days is not None or at_another_time(said, option)


def at_another_time(said: Understanding, option: Option) -> bool:
    """Whether a time was said that is not the option's."""
    starts = option.starts
    if not has_time(said) or starts is None:
        return False
    if said.time_only and said.start is not None and said.end is None:
        clocks = {said.start.time()}
        if said.half_day_guessed:
            clocks.add(said.start.replace(hour=(said.start.hour + 12) % 24).time())
        return starts.time() not in clocks
    if said.time_only and said.start is not None and said.end is not None and said.open is None:
        first, last = said.start.time(), said.end.time()
        return starts.time() < first or (last > first and starts.time() >= last)
    if said.grain is Grain.MINUTE and said.start is not None and said.end is None and said.open is None:
        return starts != said.start
    after = said.start is not None and starts < said.start
    return after or (said.end is not None and starts >= said.end)


def is_named(said: str, name: str) -> bool:
    """Whether all the words said are in the name ("yoga" in "Vinyasa Yoga"; "Ana Costa" of Ana)."""
    words, known = set(fold(said.lower()).split()), set(fold(name.lower()).split())
    return words <= known or (bool(known) and known <= words)
