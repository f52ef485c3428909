"""What does one message say: intent, time, service, person, how many? Pure: the clock is passed in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.agent.language.catalogue import (
    COMMON_SERVICES,
    Catalogue,
    Match,
    best_match,
    common_services,
    named_person,
    stop_words,
)
from services.agent.language.choices import choice_of, is_bare_pick, preference_of
from services.agent.language.detect import code_of, language_of
from services.agent.language.folding import composed, fold
from services.agent.language.intents import intents_of
from services.agent.language.lexicon import LANGUAGES, details, known_languages
from services.agent.language.parts import two_requests
from services.agent.language.party import party_size
from services.agent.language.refused import refusals
from services.agent.language.resolve import Said, When, resolve
from services.agent.language.times import MAX_CHARS, read_time
from services.agent.language.understanding import Intent, Preference, Understanding
from services.agent.language.values import Day

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200  # so that no date counted from it leaves the calendar

_TWO = {Intent.CANCEL, Intent.BOOK}
_SOME_DAY = datetime(2000, 1, 1)


def local_now(reference: datetime, timezone: str | None) -> datetime:
    """The customer's wall clock, naive. Raises ValueError for an unknown time zone or a year out of reach."""
    if not EARLIEST_YEAR <= reference.year <= LATEST_YEAR:
        raise ValueError(f"the reference is in {reference.year}; give the customer's present time")
    if reference.tzinfo is None:
        return reference
    if timezone is None:
        return reference.replace(tzinfo=None)
    try:
        return reference.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"unknown time zone {timezone!r}; use an IANA name such as Europe/Lisbon") from error


def warm(languages: Iterable[str] | None = None) -> None:
    """Compile the rules of these languages (all known by default), so that no customer waits for it (about 0.1 s each)."""
    language_of("")
    for language in known_languages() if languages is None else languages:
        understand("", _SOME_DAY, language=language)


def understand(
    text: str,
    reference: datetime,
    *,
    timezone: str | None = None,
    language: str | None = None,
    previous: str | None = None,
    locale: str | None = None,
    catalogue: Catalogue | None = None,
) -> Understanding:
    """Everything a message says, with times resolved against `reference`.

    `reference` is the customer's local time, or an aware time that `timezone` (IANA) converts. `language`
    overrides the detected one, which is looked for with the language of the conversation before (`previous`) and of
    the business in mind; `locale` ("en-GB") is the business's and decides between D/M and M/D. Raises ValueError for
    an unknown time zone or a reference outside 1900..2200.
    """
    now = local_now(reference, timezone)
    text = composed(text[:MAX_CHARS])
    said_in = code_of(language) or language_of(text, previous=previous, home=locale)
    heard = _heard(text, now, said_in, locale, catalogue)
    parts = two_requests(text, _read_as(said_in)) if _TWO.issubset(heard.intents) else None
    if parts is None:
        return heard
    first, second = (_heard(part, now, said_in, locale, catalogue) for part in parts)
    return replace(first, intents=heard.intents, then=(second,))


def _read_as(language: str) -> str:
    """The language whose words are looked up: English for one without a lexicon."""
    return language if language in known_languages() else "en"


@lru_cache(maxsize=256)
def _heard(
    text: str, now: datetime, language: str, locale: str | None, catalogue: Catalogue | None
) -> Understanding:
    """Everything one request says, the language being known. A turn asks this about the same words several times."""
    read_as = _read_as(language)
    lowered = fold(text.lower().replace("’", "'"))
    when, tokens, said = read_time(text, now, locale=locale, language=read_as)
    when, shift = _shifted(when, said, lowered, read_as)
    has_time = when.start is not None or when.end is not None
    service = _service(lowered, catalogue, read_as)
    choice = choice_of(lowered, read_as) if not has_time or is_bare_pick(lowered, read_as) else None
    preference = preference_of(lowered, read_as)
    if said.refused and preference is Preference.ANY:
        preference = None  # "any day but monday" takes none of what is shown
    intents = intents_of(
        lowered,
        has_choice=choice is not None or preference is not None,
        has_service=service is not None,
        has_time=has_time,
        language=read_as,
    )
    refused = refusals(said.refused)
    if said.unable and not has_time and Intent.CANCEL in intents:
        # "monday doesn't work, cancel it": the day is what is given up, and not one that is out of the question.
        when, refused = resolve(Said(day=said.unable[0]), now), ()
    return Understanding(
        intent=intents[0] if intents else Intent.OTHER,
        language=language,
        start=when.start,
        end=when.end,
        grain=when.grain,
        open=when.open,
        service=service.id if service else None,
        staff=_staff(text, lowered, catalogue, read_as),
        party_size=None if choice is not None else party_size(tokens, read_as),
        time_only=when.time_only,
        half_day_guessed=when.guessed,
        daily=when.daily,
        also_days=tuple(datetime.combine(day.start, time()) for day in said.others),
        shift_days=shift,
        choice=choice,
        preference=preference,
        intents=intents,
        time_words=when.words,
        without=refused,
        score=service.score if service else 0.0,
    )


def _service(lowered: str, catalogue: Catalogue | None, language: str) -> Match | None:
    """What the business offers by that name, or else what people commonly book, in the words of the language."""
    stop = stop_words(language)
    offered = catalogue.services if catalogue else COMMON_SERVICES
    found = best_match(lowered, offered, stop=stop) or best_match(
        lowered, common_services(language), stop=stop
    )
    return found if found and any(entry.id == found.id for entry in offered) else None


def _staff(text: str, lowered: str, catalogue: Catalogue | None, language: str) -> str | None:
    """Who is named: an id of the catalogue, or without one the name as written."""
    if catalogue is None:
        return named_person(text, language)
    match = best_match(lowered, catalogue.staff, partial_names=True, stop=stop_words(language))
    return match.id if match else None


@lru_cache(maxsize=len(LANGUAGES))
def _shifts(language: str) -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple((re.compile(fold(pattern)), days) for pattern, days in details(language).shifts)


def _shifted(when: When, said: Said, lowered: str, language: str) -> tuple[When, int | None]:
    """Days relative to the day talked about before ("the day after" is 1).

    They move a day of the same message where one is said before them: "tomorrow is full, the day after?", "monday doesn't
    work, the day after?".
    """
    found = ((pattern.search(lowered), days) for pattern, days in _shifts(language))
    match, days = next(((match, days) for match, days in found if match), (None, 0))
    if match is None:
        return when, None
    by = timedelta(days=days)
    if when.time_only or (when.start is None and when.end is None):
        if said.unable and said.unable[-1].single and not when.time_only:
            return resolve(Said(day=Day.one(said.unable[-1].start + by)), _SOME_DAY), None
        return when, days
    if said.day is None or not said.day.single or match.start() < max(end for _, end in said.spans):
        return when, None
    start, end = when.start and when.start + by, when.end and when.end + by
    return replace(when, start=start, end=end), None
