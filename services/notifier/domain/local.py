"""How are moments, hours and amounts shown to people? In the business's time zone, by CLDR's rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import (
    format_date,
    format_datetime,
    format_interval,
    format_time,
    get_timezone_location,
    match_skeleton,
)
from babel.languages import get_official_languages
from babel.localedata import exists

from services.notifier.domain.wording import Wording
from shared.money import format_money

_JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiners: invisible, yet part of Persian and Hindi words and of many emoji."""


def locale_for(wording: Wording, language: str, timezone: str) -> Locale:
    """The locale of these words at this business.

    The country that its language tag (BCP 47) names, else the country of its time zone when people speak the
    language there (New York: 7:00 PM), else the wording's own.
    """
    tag, _, region = language.replace("-", "_").partition("_")
    if tag.lower() == wording.language and region and exists(f"{tag.lower()}_{region.upper()}"):
        return Locale.parse(f"{tag.lower()}_{region.upper()}")
    territory = get_global("zone_territories").get(timezone, "")
    spoken = get_official_languages(territory, regional=True, de_facto=True) if territory else ()
    if wording.language in spoken and exists(f"{wording.language}_{territory}"):
        return Locale.parse(f"{wording.language}_{territory}")
    return Locale.parse(wording.locale)


def show_day(at: datetime, timezone: str, locale: Locale, seen_from: datetime) -> str:
    """`Monday 23 November`; with its year when that is another than the one of `seen_from` (both aware)."""
    zone = ZoneInfo(timezone)
    local = at.astimezone(zone)
    if local.year != seen_from.astimezone(zone).year:
        return format_date(local, "full", locale=locale)
    skeletons = locale.datetime_skeletons
    nearest = next((s for s in ("MMMMEEEEd", "MMMMEd") if s in skeletons), None) or match_skeleton(
        "MMMMEEEEd", skeletons
    )
    if nearest is None:
        return format_date(local, "full", locale=locale)
    # CLDR's rule where only a shorter skeleton exists: its pattern, with the fields made as long as asked.
    pattern = re.sub("[Ec]+", "EEEE", re.sub("M{3,}", "MMMM", skeletons[nearest].pattern))
    return format_date(local, pattern, locale=locale)


def show_hours(starts_at: datetime, ends_at: datetime, timezone: str, locale: Locale) -> str:
    """`19:00–20:00` or `7:00–8:00 PM`, as the locale's clock goes.

    The offset is added when the clocks change in between, the day when it ends a day or more later.
    """
    zone = ZoneInfo(timezone)
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    hour = "H" if re.search("[Hk]", locale.time_formats["short"].pattern) else "h"
    if start.utcoffset() != end.utcoffset() or ends_at - starts_at >= timedelta(days=1):
        clock = "HH:mm" if hour == "H" else "h:mm a"
        exact = f"{clock} ZZZZ" if start.utcoffset() != end.utcoffset() else clock
        last = exact if start.date() == end.date() else f"d MMMM {exact}"
        shown = (
            f"{format_datetime(start, exact, locale=locale)} – {format_datetime(end, last, locale=locale)}"
        )
    else:
        # One offset for both: without it, babel cannot mistake the second 01:30 of a night for the first.
        naive = (start.replace(tzinfo=None, fold=0), end.replace(tzinfo=None, fold=0))
        shown = re.sub(r"\s*–\s*", "–", format_interval(*naive, f"{hour}m", locale=locale))
    return shown.replace("\u202f", " ").replace("\u2009", " ")


def show_moment(at: datetime, timezone: str, locale: Locale, seen_from: datetime) -> str:
    """`18:30`, or `Monday 23 November, 18:30` when that is another day there than the one of `seen_from`."""
    zone = ZoneInfo(timezone)
    local = at.astimezone(zone)
    clock = format_time(local, "short", locale=locale).replace("\u202f", " ")
    if local.date() == seen_from.astimezone(zone).date():
        return clock
    return f"{show_day(at, timezone, locale, seen_from)}, {clock}"


def show_zone(timezone: str, wording: Wording, locale: Locale) -> str:
    """`Lisbon time` for `Europe/Lisbon`; a zone that is no place by its own name (`UTC`)."""
    city = get_timezone_location(ZoneInfo(timezone), locale=locale, return_city=True).rpartition("/")[2]
    if "/" not in timezone or timezone.startswith("Etc/"):
        return city
    return wording.at_zone.format(city=city)


def show_money(minor: int, currency: str, wording: Wording, locale: Locale) -> str:
    """`€30.00` from 3000 minor units of an ISO 4217 currency, with its number of decimals; 0 is free."""
    if minor == 0:
        return wording.free
    return format_money(minor, currency, locale)


def show_count(count: int, forms: Mapping[str, str], locale: Locale) -> str:
    """`1 place`, `2 places`: the template that the language's plural rule picks from `forms`."""
    return forms.get(locale.plural_form(count), forms["other"]).format(count=count)


def is_link(text: str | None) -> bool:
    """Whether this is a web address that can be put into a message whole."""
    return text is not None and re.fullmatch(r"https?://[!-~]{1,1000}", text) is not None


def one_line(text: str, limit: int = 200) -> str:
    """`text` on one line of at most `limit` characters, without control ones: no name may forge a line."""
    words = " ".join("".join(c if c.isprintable() or c in _JOINERS else " " for c in text).split())
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"
