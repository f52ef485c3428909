"""How is a session's time written for people? In the business's zone and language, by CLDR (babel)."""

from __future__ import annotations

from datetime import datetime
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
    locale = locale_of(language)
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    day = format_skeleton("MMMEd", start, locale=locale)
    times = "–".join(format_time(moment.time(), "short", locale=locale) for moment in (start, end))
    # CLDR separates "7:00 PM" by a narrow space that many phones draw badly.
    return f"{day}, {times}".replace("\u202f", " ")
