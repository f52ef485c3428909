"""Which sessions does the customer want now, given what was searched before? "no, the day after", "with
Ana", "later", "an hour earlier".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from services.agent.language import Grain, Open, Preference, Understanding, understand
from services.agent.offline.hearing import Heard
from services.agent.offline.history import Exchange, Json
from services.agent.offline.offers import open_offer
from services.agent.tools.when import by_day

SEARCHES = ("find_sessions", "find_slots")
_MEMORY = 4  # exchanges after which an earlier search is no longer what "tomorrow" adds to
_DAY = timedelta(days=1)
_STEP = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Searched:
    """The last search: its tool, arguments and result."""

    tool: str
    args: Json
    result: Json
    guessed: bool = False
    """Whether only a time of day was said of an appointment, so that its day is nobody's."""

    @property
    def asked(self) -> datetime | None:
        """The exact local start that was asked for."""
        text = self.result.get("asked_time")
        return datetime.fromisoformat(text) if isinstance(text, str) else None

    @property
    def day(self) -> datetime | None:
        """The local day that was searched, when it was a single one."""
        start, end = self.result.get("searched_from"), self.result.get("searched_before")
        if self.guessed or not isinstance(start, str) or not isinstance(end, str):
            return None
        first, after = datetime.fromisoformat(start), datetime.fromisoformat(end)
        midnight = datetime.combine(first.date(), time())
        return midnight if after <= midnight + _DAY else None


def searched(past: Sequence[Exchange]) -> Searched | None:
    """The newest search of the last few exchanges; one for what is not offered only tells the time."""
    when: object = None
    for exchange in [e for e in reversed(past) if not e.notice][:_MEMORY]:
        for use in reversed(exchange.uses):
            if (
                use.name not in SEARCHES
                or use.result is None
                or use.result.get("problem") == "by_appointment"
            ):
                continue
            if use.result.get("problem") == "unknown_service":
                when = when or use.args.get("when")
            elif when is not None:
                return Searched(use.name, {**use.args, "when": when}, {})
            else:
                asks = use.name == "find_slots" and exchange.text != "" and not exchange.choices
                return Searched(use.name, use.args, use.result, asks and bool(use.result.get("slots")))
    return None


def _long_ago(past: Sequence[Exchange]) -> Searched | None:
    """What was looked for longer ago, without its time."""
    for exchange in reversed(past):
        for use in reversed(exchange.uses):
            known = use.result is not None and use.result.get("problem") != "unknown_service"
            if use.name in SEARCHES and known and use.args.get("what"):
                return Searched(use.name, {"what": use.args["what"]}, {})
    return None


def wants_shift(heard: Heard) -> Preference | None:
    """Whether a time before or after the one shown is asked for."""
    if heard.said.preference in (Preference.LATER, Preference.EARLIER):
        return heard.said.preference
    if heard.has("later"):
        return Preference.LATER
    return Preference.EARLIER if heard.has("earlier") else None


def says_something(heard: Heard) -> bool:
    """Whether the message narrows down which sessions are meant."""
    said = heard.said
    return (
        said.service is not None
        or said.staff is not None
        or said.party_size is not None
        or has_time(said)
        or bool(said.without)
        or said.shift_days is not None
        or wants_shift(heard) is not None
        or moved_minutes(heard) is not None
    )


def has_time(said: Understanding) -> bool:
    """Whether a time was said."""
    return said.start is not None or said.end is not None


def moved_minutes(heard: Heard) -> int | None:
    """ "an hour later", "30 minutes earlier": minutes from the time talked about, or None."""
    for name, sign in (("hours_later", 1), ("hours_earlier", -1)):
        match = heard.cues.find(name, heard.folded)
        if match is not None:
            amount = heard.cues.value("amounts", match.group())
            digits = "".join(char for char in match.group() if char.isdigit())
            minutes = (
                int(amount)
                if amount
                else int(digits or "1") * (1 if heard.cues.value("minute", match.group()) else 60)
            )
            return sign * minutes
    return None


def find_args(heard: Heard, past: Sequence[Exchange], now: datetime) -> Json:
    """Arguments for a search: what is said now, over what was searched before when this adds to it.

    `now` is the local wall clock the message was understood at.
    """
    said = heard.said
    if _only_a_number(heard) and (shown := _one_shown(past)):
        return {**shown, "party_size": said.party_size}
    before = searched(past) or _long_ago(past)
    refines = heard.denies or heard.has("refines")
    narrows = before is not None and "what" not in before.args  # "a class for two" … "yoga"
    same = before is not None and said.service is not None and said.service == before.args.get("what")
    carries = before is not None and (refines or narrows or same or said.service is None)
    earlier = dict(before.args) if before is not None and carries else {}
    if before is not None and before.result.get("problem") == "unknown_staff":
        earlier.pop("staff", None)
    when = when_of(heard, past, before if carries else None, now)
    if when is None and said.service is not None and not (refines or narrows or same):
        earlier = {key: value for key, value in earlier.items() if key != "when"}
    args: Json = {
        "what": said.service or earlier.get("what"),
        "when": when,
        "staff": said.staff or earlier.get("staff"),
        "party_size": said.party_size or earlier.get("party_size"),
    }
    return {key: value for key, value in args.items() if value is not None}


def _only_a_number(heard: Heard) -> bool:
    """Whether all that is said is how many come."""
    said = heard.said
    named = said.service or said.staff or has_time(said) or said.without or said.shift_days is not None
    return (
        said.party_size is not None
        and not named
        and wants_shift(heard) is None
        and moved_minutes(heard) is None
    )


def _one_shown(past: Sequence[Exchange]) -> Json:
    """The arguments that find the one thing on offer; {} when there is not just one."""
    offer = open_offer(past)
    option = offer.yes if offer is not None else None
    if option is None or option.kind != "book" or option.starts is None or "service" not in option.view:
        return {}
    return {"what": option.view["service"], "when": f"{option.starts:%Y-%m-%d %H:%M}"}


def when_of(heard: Heard, past: Sequence[Exchange], before: Searched | None, now: datetime) -> str | None:
    """The time that is meant, in words or as an ISO date that the tools understand."""
    said = heard.said
    moved = moved_minutes(heard)
    base = before.asked or _shown(past, first=True) if before is not None else None
    if moved is not None and base is not None:
        return f"{base + timedelta(minutes=moved):%Y-%m-%d %H:%M}"
    shift = wants_shift(heard)
    if has_time(said):
        return said_time(said, before, now)
    if before is None:
        return None
    if said.without and (day := _day_refused(said, before)) is not None:
        return f"{day + _DAY:%Y-%m-%d} to {day + 7 * _DAY:%Y-%m-%d}"  # that day is out: the days after it
    if said.shift_days is not None:
        return _shifted(said.shift_days, past, before)
    if shift is not None:
        return _beside(shift, past, before)
    return _same(before)


def said_time(
    said: Understanding, before: Searched | None, now: datetime, clock: time | None = None
) -> str | None:
    """The time said; a bare clock is of the day talked about, a bare day at the time talked about (or `clock`)."""
    day, asked = (before.day, before.asked) if before else (None, None)
    if said.time_only and day is not None:
        return f"{day:%Y-%m-%d} {_clock_words(by_day(said, now))}"
    start = said.start
    single = start is not None and said.end == start + _DAY and said.grain is Grain.DAY
    at = asked.time() if asked is not None else clock
    if single and start is not None and at is not None and not said.also_days:
        return f"{start:%Y-%m-%d} {at:%H:%M}"
    return _reusable(said, now)


def _clock_words(said: Understanding) -> str:
    """A time of day so that it is understood again on any day."""
    if said.start is None:
        return f"before {said.end:%H:%M}"
    if said.open is Open.AFTER:
        return f"after {said.start:%H:%M}"
    if said.end is not None and said.end - said.start > timedelta(minutes=1):
        return f"between {said.start:%H:%M} and {said.end:%H:%M}"
    if said.half_day_guessed and said.time_words:
        return f"at {said.start:%-I:%M}" if said.start.hour % 12 else f"{said.start:%H:%M}"
    return f"{said.start:%H:%M}"


def _reusable(said: Understanding, now: datetime) -> str | None:
    """The customer's own words, if they mean the same alone; else the moment they meant."""
    words = said.time_words
    for attempt in (words, f"at {words}") if words else ():
        if attempt:
            again = understand(attempt, now, language=said.language)
            if (again.start, again.end, again.open, again.daily) == (
                said.start,
                said.end,
                said.open,
                said.daily,
            ):
                return attempt
    said = by_day(said, now)
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


def _day_refused(said: Understanding, before: Searched) -> datetime | None:
    """The day that was searched, when the whole of it is refused now."""
    asked = before.asked
    day = before.day or (datetime.combine(asked.date(), time()) if asked else None)
    refused = any(each.whole_days and each.covers(day) for each in said.without) if day else False
    return day if refused else None


def _same(before: Searched) -> str | None:
    if before.asked is not None:
        return f"{before.asked:%H:%M}" if before.guessed else f"{before.asked:%Y-%m-%d %H:%M}"
    words = before.args.get("when")
    return str(words) if words else None
