"""What does one message say: intent, time, service, person, how many? Pure: the clock is passed in."""

from __future__ import annotations

import re
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.agent.language.catalogue import COMMON_SERVICES, Catalogue, best_match, named_person
from services.agent.language.choices import choice_of, is_bare_pick, preference_of
from services.agent.language.detect import language_of
from services.agent.language.intents import intents_of
from services.agent.language.party import party_size
from services.agent.language.times import MAX_CHARS, read_time
from services.agent.language.understanding import Intent, Understanding

EARLIEST_YEAR, LATEST_YEAR = 1900, 2200  # so that no date counted from it leaves the calendar
_SHIFTS = (
    (re.compile(r"\b(?:the )?day after\b(?! tomorrow)|\ba day later\b|\b(?:the )?next day\b"), 1),
    (re.compile(r"\b(?:the )?day before\b(?! yesterday)|\ba day earlier\b"), -1),
    (re.compile(r"\bthe week after\b|\ba week later\b"), 7),
    (re.compile(r"\bthe week before\b|\ba week earlier\b"), -7),
)


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


def understand(
    text: str,
    reference: datetime,
    *,
    timezone: str | None = None,
    lang: str | None = None,
    locale: str | None = None,
    catalogue: Catalogue | None = None,
) -> Understanding:
    """Everything a message says, with times resolved against `reference`.

    `reference` is the customer's local time, or an aware time that `timezone` (IANA) converts. `lang` overrides the
    detected language, `locale` ("en-GB") decides between D/M and M/D. Raises ValueError for an unknown time zone
    or a reference outside 1900..2200.
    """
    now = local_now(reference, timezone)
    text = text[:MAX_CHARS]
    lowered = text.lower().replace("’", "'")
    language = (lang or language_of(text)).split("-")[0].lower()
    when, tokens, said = read_time(text, now, locale=locale, language=language)
    has_time = when.start is not None or when.end is not None
    service = best_match(lowered, catalogue.services if catalogue else COMMON_SERVICES)
    choice = choice_of(lowered) if not has_time or is_bare_pick(lowered) else None
    preference = preference_of(lowered)
    picks = choice is not None or preference is not None
    intents = intents_of(lowered, has_choice=picks, has_service=service is not None, has_time=has_time)
    return Understanding(
        intent=intents[0] if intents else Intent.OTHER,
        language=language,
        start=when.start,
        end=when.end,
        grain=when.grain,
        open=when.open,
        service=service.id if service else None,
        staff=_staff(text, lowered, catalogue),
        party_size=None if choice is not None else party_size(tokens),
        time_only=when.time_only,
        half_day_guessed=when.guessed,
        daily=when.daily,
        also_days=tuple(datetime.combine(day.start, time()) for day in said.others),
        shift_days=None if has_time and not when.time_only else _shift(lowered),
        choice=choice,
        preference=preference,
        intents=intents,
        time_words=when.words,
        score=service.score if service else 0.0,
    )


def _staff(text: str, lowered: str, catalogue: Catalogue | None) -> str | None:
    """Who is named: an id of the catalogue, or without one the name as written."""
    if catalogue is None:
        return named_person(text)
    match = best_match(lowered, catalogue.staff, partial_names=True)
    return match.id if match else None


def _shift(lowered: str) -> int | None:
    """Days relative to the day talked about before: "the day after" is 1."""
    return next((days for pattern, days in _SHIFTS if pattern.search(lowered)), None)
