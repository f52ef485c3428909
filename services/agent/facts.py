"""What does a model need to know before the first word? The business, its words, the clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.agent import language
from services.agent.known import Known
from services.agent.language.catalogue import COMMON_SERVICES
from services.agent.language.lexicon.things import STOP_WORDS
from shared.messages.booking import BusinessView, Catalogue

_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Facts:
    """The business of a turn. `local_now` is its wall clock (naive) when the customer wrote.

    `names` is what `understand` looks for: its ids are words that the tools accept as `what` and `staff`. `preferences`
    are what the customer has said that they like, by key, `language` what was spoken last (BCP 47; None: nobody knows).
    """

    business: BusinessView
    local_now: datetime
    services: tuple[str, ...]
    staff: tuple[str, ...]
    names: language.Catalogue
    preferences: tuple[tuple[str, str], ...] = ()
    language: str | None = None


def facts_of(catalogue: Catalogue, said_at: datetime, known: Known | None = None) -> Facts:
    """The facts of a turn; `said_at` (aware) is when the customer wrote, `known` what is known of the conversation."""
    return Facts(
        business=catalogue.business,
        local_now=said_at.astimezone(ZoneInfo(catalogue.business.timezone)).replace(tzinfo=None),
        services=tuple(service.name for service in catalogue.services),
        staff=tuple(person.name for person in catalogue.staff),
        names=names_of(catalogue),
        preferences=known.preferences if known else (),
        language=known.language if known else None,
    )


def names_of(catalogue: Catalogue) -> language.Catalogue:
    """What customers of this business may name: its services by name, synonym and single word, what others
    commonly
    offer (to be told that this one does not), and its staff.

    Each way of naming stands for itself: several services may share one ("yoga"), and the tools find them all.
    """
    ways = dict.fromkeys(
        way
        for service in catalogue.services
        for way in (service.name, *service.synonyms, *_WORD.findall(service.name.lower()))
        if way not in STOP_WORDS
    )
    staff = tuple(language.CatalogueEntry(p.name, p.name, p.synonyms) for p in catalogue.staff)
    services = tuple(language.CatalogueEntry(way, way) for way in ways)
    return language.Catalogue(services=(*services, *COMMON_SERVICES), staff=staff)
