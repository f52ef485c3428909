"""Which one time does a whole message mean, once its phrases are understood?

Dates and clocks are often said apart ("Book it on the 12th. Anything at half past three?"): the first date and the
first time of day belong together, and a correction ("no, tuesday") replaces what was said before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from services.agent.language import dates
from services.agent.language.grammar.clocks import AFTERNOON_UNTIL, in_part, likely
from services.agent.language.grammar.spans import aligned, halves
from services.agent.language.tokens import Token
from services.agent.language.values import (
    PART_HOURS,
    Clock,
    Day,
    Edge,
    Grain,
    Moment,
    Nothing,
    Open,
    Part,
    PartOfDay,
    Stretch,
    Unit,
    Value,
    Window,
)

_SMALL_HOURS = 5
_UNABLE = frozenset({"cant", "cant_do"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class When:
    """The time a message means: naive local times, `end` exclusive; all None when it means none."""

    start: datetime | None = None
    end: datetime | None = None
    grain: Grain | None = None
    open: Open | None = None
    time_only: bool = False
    guessed: bool = False
    daily: tuple[time, time] | None = None
    words: str | None = None


@dataclass(slots=True)
class Said:
    """What a message said about time, by kind; the last correction wins, else the first mention."""

    day: Day | None = None
    edge: Edge | None = None
    clock: Clock | Window | None = None
    part: Part | None = None
    moment: Moment | None = None
    stretch: Stretch | None = None
    spans: list[tuple[int, int]] = field(default_factory=list)
    others: list[Day] = field(default_factory=list)
    refused: list[tuple[Value, ...]] = field(default_factory=list)
    unable: list[Day] = field(default_factory=list)


def collect(tokens: Iterable[Token]) -> Said:
    """The mentions of a message folded into one meaning, with mentions after a correction replacing earlier ones."""
    said = Said()
    stale: set[str] = set()
    moving = refusing = False
    for token in tokens:
        refusing = refusing or not token.tags.isdisjoint(_UNABLE)
        moving = moving or "move" in token.tags
        if "correct" in token.tags or (moving and _leads_on(token)):
            stale = {name for name in ("day", "clock", "part") if getattr(said, name) is not None}
        if token.value is not None:
            _take(said, token, stale)
            if refusing and said.day is not None:  # "can't do thursday, what about friday?"
                stale.add("day")
                refusing = False
    return said


def _leads_on(token: Token) -> bool:
    """Whether what follows is where something is moved to."""
    return "moved_to" in token.tags or ("range_to" in token.tags and token.text not in "-–—")


def _take(said: Said, token: Token, stale: set[str]) -> None:
    """One mention into its slot, unless the slot is taken and nothing was corrected."""
    value = token.value
    match value:
        case Day():
            _take_day(said, value, stale)
        case Edge():
            _take_edge(said, value)
        case Clock() | Window():
            if said.clock is None or "clock" in stale:
                said.clock = value
                stale.discard("clock")
            else:
                said.clock = _joined(said.clock, value)
        case PartOfDay():
            if said.part is None or "part" in stale:
                said.part = value.part
        case Moment():
            said.moment = said.moment or value
        case Stretch():
            said.stretch = said.stretch or value
        case Nothing() if value.but:
            said.refused.append(value.but)
            said.unable += [each for each in value.but if value.unable and isinstance(each, Day)]
            return
        case _:
            return
    said.spans.append((token.start, token.end))


def _take_day(said: Said, day: Day, stale: set[str]) -> None:
    """A further day inside a period already said makes it exact: "next week, maybe thursday"."""
    if said.day is None or "day" in stale:
        said.day = day
        stale.discard("day")
        return
    narrow, wide = (said.day, day) if said.day.single else (day, said.day)
    if narrow.single and not wide.single and narrow.drift is Unit.WEEK:
        inside = dates.catch_up(narrow, wide.start)
        if inside.end <= wide.end:
            said.day = inside
            return
    said.others.append(day)


def _take_edge(said: Said, edge: Edge) -> None:
    """ "from monday" and later "until friday" make one range, as does a day followed by "until"."""
    start = said.edge.day if said.edge and said.edge.open is Open.AFTER else said.day
    if edge.open is Open.BEFORE and start is not None:
        end = dates.catch_up(edge.day, start.start)
        stop = end.end if edge.inclusive else end.start
        if end.end > start.end and stop > start.start:
            said.day = Day(start.start, stop, drift=start.drift)
            said.edge = None
            return
    if edge.weak:
        said.day = said.day or edge.day
    elif said.edge is None:
        said.edge = edge


def _joined(first: Clock | Window, then: Clock | Window) -> Clock | Window:
    """ "at 9" and later "until 11" make one window; other second times are alternatives."""
    start = first if isinstance(first, Clock) else first.start if first.end is None else None
    if start and isinstance(then, Window) and then.start is None and then.end:
        return aligned(start, then.end)
    return first


def resolve(said: Said, now: datetime, *, late: bool = False, until: int = AFTERNOON_UNTIL) -> When:
    """The time the mentions mean. `late` is whether the message speaks of an evening ("dinner at 8").

    `until` is the last bare hour that means the afternoon.
    """
    if said.stretch:
        return When(said.stretch.start, said.stretch.end, Grain.MINUTE)
    if said.moment and said.day is None:
        return When(said.moment.at.replace(second=0, microsecond=0), grain=Grain.MINUTE)
    if said.edge and said.day is None:
        return _resolve_edge(said, said.edge, now, late=late, until=until)
    if said.clock is None and said.part is None:
        return _resolve_day(said.day) if said.day else When()
    window, guessed = _window(said, now, late=late, until=until)
    point = isinstance(said.clock, Clock)
    if said.day is None:
        return _time_only(window, now, point=point, part=said.clock is None, guessed=guessed)
    if not said.day.single:
        return replace(_resolve_day(said.day), daily=_daily(window))
    found = _on_day(said.day.start, window, point=point, part=said.clock is None, guessed=guessed)
    small_hours = isinstance(said.clock, Clock) and said.clock.settled and said.clock.hour < _SMALL_HOURS
    if small_hours and point and found.start and found.start < now and said.day.start == now.date():
        return replace(found, start=found.start + _DAY)  # "tonight at one" comes after midnight
    return found


def _resolve_day(day: Day) -> When:
    start, end = (datetime.combine(d, time()) for d in (day.start, day.end))
    return When(start, end, day.grain)


def _resolve_edge(said: Said, edge: Edge, now: datetime, *, late: bool, until: int) -> When:
    """A bounding day, at the hour said with it if any."""
    bound = edge.day.start if (edge.open is Open.AFTER) is edge.inclusive else edge.day.end
    at = datetime.combine(bound, time())
    grain = edge.day.grain
    if isinstance(said.clock, Clock):
        clock, guessed = _settled(said.clock, said, now, late=late, until=until)
        at, grain = clock.on(edge.day.start), Grain.MINUTE
        return _open(at, edge.open, grain, guessed=guessed)
    return _open(at, edge.open, grain)


def _open(at: datetime, open_: Open, grain: Grain, *, guessed: bool = False) -> When:
    if open_ is Open.AFTER:
        return When(at, None, grain, Open.AFTER, guessed=guessed)
    return When(None, at, grain, Open.BEFORE, guessed=guessed)


def _window(said: Said, now: datetime, *, late: bool, until: int) -> tuple[Window, bool]:
    """The hours said, settled into one half of the day, and whether that was a guess."""
    if said.clock is None:
        hours = PART_HOURS[said.part or Part.MORNING]
        return Window(Clock(hours[0]), Clock(hours[1])), False
    if isinstance(said.clock, Clock):
        clock, guessed = _settled(said.clock, said, now, late=late, until=until)
        return Window(clock, None), guessed
    start, end = said.clock.start, said.clock.end
    if start and end:
        if start.settled is end.settled and not start.settled:
            if _running(start, end, said, now):
                return aligned(halves(start)[0], end), True
            first, guessed = _settled(start, said, now, late=late, until=until)
            return aligned(first, end), guessed
        return said.clock, False
    clock, guessed = _settled(start or end or Clock(0), said, now, late=late, until=until)
    return (Window(clock, None) if start else Window(None, clock)), guessed


def _running(start: Clock, end: Clock, said: Said, now: datetime) -> bool:
    """Whether a range of today, begun in the morning, is not over: "today 9 to 5" said at ten."""
    window = aligned(halves(start)[0], end)
    if said.part is not None or said.day is None or said.day.start != now.date() or not window.end:
        return False
    begins, ends = halves(start)[0].on(now.date()), window.end.on(now.date())
    return begins < now < ends


def _settled(clock: Clock, said: Said, now: datetime, *, late: bool, until: int) -> tuple[Clock, bool]:
    """The half of the day a bare hour most likely means, and whether it had to be guessed."""
    if clock.settled:
        return clock, False
    if said.part is not None:
        return in_part(clock, said.part), False
    morning, evening = halves(clock)
    today = said.day is not None and said.day.start == now.date() and said.day.single
    if today and morning.on(now.date()) < now < evening.on(now.date()):
        return evening, True
    return likely(clock, late=late, until=until), True


def _on_day(day: date, window: Window, *, point: bool, part: bool, guessed: bool) -> When:
    """Hours on a known date; a window over midnight ends on the next day."""
    start = window.start.on(day) if window.start else None
    end = window.end.on(day) if window.end else None
    if start and end:
        while end <= start:
            end += _DAY
        return When(start, end, Grain.HOUR if part else Grain.MINUTE, guessed=guessed)
    if start:
        return When(start, None, Grain.MINUTE, None if point else Open.AFTER, guessed=guessed)
    midnight = datetime.combine(day, time())
    end = end + _DAY if end == midnight else end  # "before 0:00" is before the midnight that ends the day
    return When(midnight, end, Grain.MINUTE, Open.BEFORE, guessed=guessed)


def _time_only(window: Window, now: datetime, *, point: bool, part: bool, guessed: bool) -> When:
    """Hours without a date: their first occurrence at or after now, marked as hours only."""
    minute = now.replace(second=0, microsecond=0)
    found = _on_day(now.date(), window, point=point, part=part, guessed=guessed)
    anchor = found.start if window.start else found.end
    if anchor is not None and anchor < minute:
        found = _on_day(now.date() + _DAY, window, point=point, part=part, guessed=guessed)
    if found.open is Open.BEFORE:
        found = replace(found, start=None)
    return replace(found, time_only=True)


def _daily(window: Window) -> tuple[time, time]:
    """The hours meant on each day of a period; an open side reaches to the end of the day."""
    start = window.start or Clock(0)
    end = window.end or Clock(24)
    return time(start.hour % 24, start.minute), time(end.hour % 24, end.minute)
