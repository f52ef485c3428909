"""Is something meant that we had proposed before? "no, 3 was better", "the first one was better"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from services.agent.offline.hearing import Heard
from services.agent.offline.history import Exchange
from services.agent.offline.offers import BOOK, MOVE, Offer, Option, recent_offers
from services.agent.offline.picked import Picked, contradicts
from services.agent.offline.wanted import has_time

_REACH = 5  # of our messages
_MOST = 3
_NUMBER = re.compile(r"(?<![\d:.,])\d{1,2}(?![\d:.,]\d)")


def went_back(heard: Heard, past: Sequence[Exchange]) -> Picked | None:
    """What was proposed before and is wanted after all, never sure: it is shown again; None when it is not that."""
    if not heard.has("was_better"):
        return None
    offers = [offer for offer in recent_offers(past, _REACH) if offer.kind in (BOOK, MOVE)]
    options = [option for offer in offers for option in offer.options if option.view]
    said = replace(heard.said, party_size=None, choice=None)
    number = _number(heard)
    if has_time(said) or said.service or said.staff:
        meant = [option for option in options if not contradicts(said, option)]
    elif number is not None:
        meant = [*_at_hour(number, options), *_at_place(number, offers)]
    else:
        return None
    unique = {option.choice_id: option for option in meant}
    return Picked(tuple(unique.values())[:_MOST], sure=False) if unique else None


def _number(heard: Heard) -> int | None:
    """The one number that is said: a place in a list, or an hour."""
    if heard.said.choice is not None:
        return heard.said.choice
    numbers = _NUMBER.findall(heard.folded)
    if numbers:
        return int(numbers[0]) if len(numbers) == 1 else None
    words = heard.folded.split()
    pairs = (heard.again(" ".join(pair)).choice for pair in pairwise(words))
    return next((choice for choice in pairs if choice is not None), None)


def _at_hour(number: int, options: Sequence[Option]) -> list[Option]:
    clocks = {number % 24, (number + 12) % 24}
    return [o for o in options if o.starts is not None and o.starts.minute == 0 and o.starts.hour in clocks]


def _at_place(number: int, offers: Sequence[Offer]) -> list[Option]:
    """The option of that number in the newest list; without a list, of the proposals one after the other."""
    longest = next((list(offer.options) for offer in offers if len(offer.options) > 1), None)
    places = longest or [offer.options[0] for offer in reversed(offers)]
    at = number - 1 if number > 0 else number
    return [places[at]] if -1 <= at < len(places) and places[at].view else []
