"""Which sessions does the customer want now, given what was searched before? "no, the day after", "with
Ana", "later".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from services.agent.language import Grain, Intent, Open, Preference, Understanding
from services.agent.offline.history import Exchange, Json
from services.agent.offline.offers import open_offer
from services.agent.tools.when import understood

_MEMORY = 4  # exchanges after which an earlier search is no longer what "tomorrow" adds to
_DAY = timedelta(days=1)
_REFINES = re.compile(r"\b(?:instead|rather|what about|how about)\b|^\W*(?:and|or|no|not|but)\b")
_LEAD = r"^\W*(?:(?:any|some)thing |a (?:bit|little) |no,? |is there )*"
_LATER = re.compile(_LEAD + r"(?:later|after that)\b")
_EARLIER = re.compile(_LEAD + r"(?:earlier|sooner|before that)\b")
_STEP = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Searched:
    """The last search: its arguments and its result."""

    args: Json
    result: Json

    @property
    def asked(self) -> datetime | None:
        """The exact local start that was asked for."""
        text = self.result.get("asked_time")
        return datetime.fromisoformat(text) if isinstance(text, str) else None

    @property
    def day(self) -> datetime | None:
        """The local day that was searched, when it was a single one."""
        start, end = self.result.get("searched_from"), self.result.get("searched_before")
        if not isinstance(start, str) or not isinstance(end, str):
            return None
        first, after = datetime.fromisoformat(start), datetime.fromisoformat(end)
        midnight = datetime.combine(first.date(), time())
        return midnight if after <= midnight + _DAY else None


def searched(past: Sequence[Exchange]) -> Searched | None:
    """The newest search of the last few exchanges."""
    for exchange in list(reversed(past))[:_MEMORY]:
        for use in reversed(exchange.uses):
            if use.name == "find_sessions" and use.result is not None:
                return Searched(use.args, use.result)
    return None


def wants_shift(said: Understanding, text: str) -> Preference | None:
    """Whether a time before or after the one shown is asked for."""
    lowered = text.lower()
    if said.preference in (Preference.LATER, Preference.EARLIER):
        return said.preference
    if _LATER.search(lowered):
        return Preference.LATER
    return Preference.EARLIER if _EARLIER.search(lowered) else None


def says_something(said: Understanding, text: str) -> bool:
    """Whether the message narrows down which sessions are meant."""
    return (
        said.service is not None
        or said.staff is not None
        or said.party_size is not None
        or has_time(said)
        or said.shift_days is not None
        or wants_shift(said, text) is not None
    )


def has_time(said: Understanding) -> bool:
    """Whether a time was said."""
    return said.start is not None or said.end is not None


def find_args(said: Understanding, text: str, past: Sequence[Exchange], now: datetime) -> Json:
    """Arguments for `find_sessions`: what is said now, over what was searched before when this adds to it.

    `now` is the local wall clock the message was understood at.
    """
    before = searched(past)
    refines = Intent.DENY in said.intents or bool(_REFINES.search(text.lower()))
    carries = before is not None and (refines or said.service is None)
    earlier = before.args if before is not None and carries else {}
    when = _when(said, text, past, before if carries else None, now)
    if when is None and said.service is not None and not refines:
        earlier = {key: value for key, value in earlier.items() if key != "when"}
    args: Json = {
        "what": said.service or earlier.get("what"),
        "when": when,
        "staff": said.staff or earlier.get("staff"),
        "party_size": said.party_size or earlier.get("party_size"),
    }
    return {key: value for key, value in args.items() if value is not None}


def _when(
    said: Understanding, text: str, past: Sequence[Exchange], before: Searched | None, now: datetime
) -> str | None:
    shift = wants_shift(said, text)
    if has_time(said):
        return _said_time(said, before, now)
    if before is None:
        return None
    if said.shift_days is not None:
        return _shifted(said.shift_days, past, before)
    if shift is not None:
        return _beside(shift, past, before)
    return _same(before)


def _said_time(said: Understanding, before: Searched | None, now: datetime) -> str | None:
    day, asked = (before.day, before.asked) if before else (None, None)
    if said.time_only and day is not None:
        return f"{day:%Y-%m-%d} {_clock_words(said)}"
    start = said.start
    single = start is not None and said.end == start + _DAY and said.grain is Grain.DAY
    if single and start is not None and asked is not None and not said.also_days:
        return f"{start:%Y-%m-%d} {asked:%H:%M}"
    return _reusable(said, now)


def _clock_words(said: Understanding) -> str:
    """A time of day so that it is understood again on any day."""
    if said.start is None:
        return f"before {said.end:%H:%M}"
    if said.open is Open.AFTER:
        return f"after {said.start:%H:%M}"
    if said.end is not None and said.end - said.start > timedelta(minutes=1):
        return f"between {said.start:%H:%M} and {said.end:%H:%M}"
    return f"{said.start:%H:%M}"


def _reusable(said: Understanding, now: datetime) -> str | None:
    """The customer's own words, if they mean the same alone; else the moment they meant."""
    words = said.time_words
    for attempt in (words, f"at {words}") if words else ():
        if attempt:
            again = understood(attempt, now)
            if (again.start, again.end, again.open) == (said.start, said.end, said.open):
                return attempt
    day = said.start or said.end
    if day is None:
        return None
    whole = said.grain not in (Grain.MINUTE, Grain.HOUR)
    return f"{day:%Y-%m-%d}" if whole else f"{day:%Y-%m-%d} {_clock_words(said)}"


def _shifted(days: int, past: Sequence[Exchange], before: Searched) -> str | None:
    base = before.asked or before.day or _shown(past, first=True)
    if base is None:
        return None
    moved = base + days * _DAY
    return f"{moved:%Y-%m-%d} {moved:%H:%M}" if before.asked else f"{moved:%Y-%m-%d}"


def _beside(preference: Preference, past: Sequence[Exchange], before: Searched) -> str | None:
    later = preference is Preference.LATER
    base = _shown(past, first=not later) or before.asked
    if base is None:
        return _same(before)
    if later:
        return f"{base:%Y-%m-%d} after {base + _STEP:%H:%M}"
    return f"{base:%Y-%m-%d} before {base:%H:%M}"


def _shown(past: Sequence[Exchange], *, first: bool) -> datetime | None:
    offer = open_offer(past)
    starts = [option.starts for option in offer.options if option.starts] if offer else []
    if not starts:
        return None
    return min(starts) if first else max(starts)


def _same(before: Searched) -> str | None:
    if before.asked is not None:
        return f"{before.asked:%Y-%m-%d %H:%M}"
    words = before.args.get("when")
    return str(words) if words else None
