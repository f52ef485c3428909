"""Does the customer say yes, or pick one of the things shown? Only then is anything booked or cancelled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from services.agent.language import Grain, Intent, Preference, Understanding
from services.agent.offline.history import Exchange
from services.agent.offline.offers import Offer, Option, open_offer, recent_offer
from services.agent.offline.request import Purpose, Request
from services.agent.offline.say import listed, offered
from services.agent.offline.wanted import has_time
from services.agent.reply import Reply, ReplyChoice

_BOOK_IT = re.compile(r"\b(?:book|take|reserve|want|have) (?:it|that|this)(?: one)?\b|\bgo ahead\b|\bdo it\b")
_THE_ONE = re.compile(r"\bone\b")
_BEYOND = re.compile(r"\b(?:something|anything|a bit|a little|any)\b")
_BOTH = re.compile(r"\b(?:both|all (?:of them|two|three)|all of those)\b")


def picked(
    said: Understanding, text: str, past: Sequence[Exchange], language: str
) -> list[Request] | Reply | None:
    """What a yes or a choice in this message leads to; None when it is neither."""
    offer = open_offer(past)
    if said.choice is not None and offer is not None:
        return _numbered(said.choice, offer, language)
    if offer is not None and len(offer.options) > 1 and _BOTH.search(text.lower()):
        return None if Intent.DENY in said.intents else [act(option) for option in offer.options]
    agrees = Intent.AFFIRM in said.intents or bool(_BOOK_IT.search(text.lower()))
    if agrees and Intent.DENY not in said.intents:
        return _agreed(said, text, past, offer)
    if offer is not None and len(offer.options) > 1:
        return _described(said, text, offer, language)
    return None


def act(option: Option) -> Request:
    """The write that an option stands for."""
    if option.kind == "cancel":
        return Request(Purpose.CANCEL, {"booking_id": option.id})
    return Request(Purpose.BOOK, {"session_id": option.id, "party_size": option.party_size})


def _numbered(choice: int, offer: Offer, language: str) -> list[Request] | Reply:
    count = len(offer.options)
    position = count if choice == -1 else choice
    if 1 <= position <= count:
        return [act(offer.options[position - 1])]
    only = offer.options[0]
    if count == 1 and only.kind == "book" and only.view and 1 < choice <= 20:
        # "2" after one class was shown can only mean how many come.
        return offered([only.view], choice, language)
    return _which(offer, f"I showed {count}.")


def _agreed(
    said: Understanding, text: str, past: Sequence[Exchange], offer: Offer | None
) -> list[Request] | Reply | None:
    if offer is None and _BOOK_IT.search(text.lower()):
        offer = recent_offer(past)
    if offer is None:
        return None
    if len(offer.options) > 1 and offer.yes is None:
        narrowed = [option for option in offer.options if not contradicts(said, option)]
        tells = said.service or said.staff or has_time(said)
        return [act(narrowed[0])] if tells and len(narrowed) == 1 else _which(offer, "Which one, please?")
    option = offer.yes or offer.options[0]
    # "yes, but for two" or "yes, on friday" is not a yes to what was shown.
    return None if contradicts(said, option) else [act(option)]


def _described(said: Understanding, text: str, offer: Offer, language: str) -> list[Request] | Reply | None:
    """ "the later one", "the 7pm one", "the one with Ana": a sure pick acts, a likely one is asked about."""
    compared = None if _BEYOND.search(text.lower()) else _by_comparison(said, offer)
    if compared is not None and (len(offer.options) == 2 or compared.kind == "cancel"):
        return [act(compared)]
    if compared is not None:
        return offered([compared.view], compared.party_size, language)
    if not (said.service or said.staff or has_time(said)) or said.party_size is not None:
        return None
    brief = len(text.split()) <= 3  # "vinyasa", "with Ana please"
    if "?" in text or not (brief or _THE_ONE.search(text.lower()) or said.intent is Intent.OTHER):
        return None
    fitting = [option for option in offer.options if option.view and not contradicts(said, option)]
    if len(fitting) != 1:
        return None
    option = fitting[0]
    if option.kind == "cancel":
        return [act(option)]
    return offered([option.view], option.party_size, language)


def _by_comparison(said: Understanding, offer: Offer) -> Option | None:
    """The one option that is the latest, the earliest or the cheapest, or any where that is all the same."""
    if said.preference is Preference.ANY:
        return offer.options[0] if offer.options[0].view else None
    if said.preference is Preference.CHEAPER:
        return _only([(float(o.view.get("price_minor", 0)), o) for o in offer.options])
    if said.preference in (Preference.LATER, Preference.EARLIER):
        sign = -1 if said.preference is Preference.LATER else 1
        dated = [(sign * _seconds(o.starts), o) for o in offer.options if o.starts is not None]
        return _only(dated) if len(dated) == len(offer.options) else None
    return None


def _only(ranked: Sequence[tuple[float, Option]]) -> Option | None:
    """The option of the lowest rank, unless it shares it."""
    best = min(rank for rank, _ in ranked)
    found = [option for rank, option in ranked if rank == best]
    return found[0] if len(found) == 1 else None


def _seconds(moment: datetime) -> float:
    return (moment - datetime.min).total_seconds()


def contradicts(said: Understanding, option: Option) -> bool:
    """Whether the message says something that the option is not."""
    if said.party_size is not None and said.party_size != option.party_size:
        return True
    if said.service and not _named(said.service, str(option.view.get("service", ""))):
        return True
    if said.staff and not _named(said.staff, str(option.view.get("staff", ""))):
        return True
    return said.shift_days is not None or _at_another_time(said, option)


def _at_another_time(said: Understanding, option: Option) -> bool:
    starts = option.starts
    if not has_time(said) or starts is None:
        return False
    if said.time_only and said.start is not None and said.end is None:
        clocks = {said.start.time()}
        if said.half_day_guessed:
            clocks.add(said.start.replace(hour=(said.start.hour + 12) % 24).time())
        return starts.time() not in clocks
    if said.grain is Grain.MINUTE and said.start is not None and said.end is None and said.open is None:
        return starts != said.start
    after = said.start is not None and starts < said.start
    return after or (said.end is not None and starts >= said.end)


def _named(said: str, name: str) -> bool:
    """Whether all the words said are in the name ("yoga" in "Vinyasa Yoga"), or the name is what was said."""
    return set(said.lower().split()) <= set(name.lower().split())


def _which(offer: Offer, lead: str) -> Reply:
    numbers = listed([str(n) for n in range(1, len(offer.options) + 1)], "or")
    choices = [
        ReplyChoice(choice_id=option.choice_id, title=f"{n}. {_title(option)}")
        for n, option in enumerate(offer.options, 1)
    ]
    return Reply(text=f"{lead} Tell me {numbers}.", choices=choices)


def _title(option: Option) -> str:
    if not option.view:
        return ""
    return f"{option.view['day']} {option.view['clock']}"
