"""How is a session's time written for people? In the business's zone and language, by CLDR (babel)."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time

_INTERNATIONAL_ENGLISH = "en_GB"  # English without a region: day first, 24 hours


@lru_cache(maxsize=512)
def locale_of(language: str) -> Locale:
    """The locale of a BCP 47 tag; its language alone, then English, when CLDR does not know it."""
    if language.lower() == "en":
        return Locale.parse(_INTERNATIONAL_ENGLISH)
    for tag in (language, language.split("-")[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(_INTERNATIONAL_ENGLISH)


@lru_cache(maxsize=65_536)
def local_times(starts_at: datetime, ends_at: datetime, timezone: str, language: str) -> str:
    """`Mon 23 Nov, 19:00–20:00` for two aware instants, an IANA zone and a BCP 47 language."""
    zone = ZoneInfo(timezone)
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    return f"{_day(start.date(), language)}, {_time(start.time(), language)}–{_time(end.time(), language)}"


# Days and times of a day are few, sessions are many: what CLDR says of each is worked out once.
@lru_cache(maxsize=8_192)
def _day(day: date, language: str) -> str:
    return _plain(format_skeleton("MMMEd", day, locale=locale_of(language)))


@lru_cache(maxsize=8_192)
def _time(moment: time, language: str) -> str:
    return _plain(format_time(moment, "short", locale=locale_of(language)))


def _plain(text: str) -> str:
    # CLDR separates "7:00 PM" by a narrow space that many phones draw badly.
    return text.replace("\u202f", " ")
