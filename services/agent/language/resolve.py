"""Which one time does a whole message mean, once its phrases are understood?

Dates and clocks are often said apart ("Book it on the 12th. Anything at half past three?"): the first date and the
first time of day belong together, and a correction ("no, tuesday") replaces what was said before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from services.agent.language import dates
from services.agent.language.grammar.clocks import in_part
from services.agent.language.grammar.spans import aligned, halves
from services.agent.language.tokens import Token
from services.agent.language.values import (
    PART_HOURS,
    Clock,
    Day,
    Edge,
    Grain,
    Moment,
    Open,
    Part,
    PartOfDay,
    Stretch,
    Unit,
    Window,
)

_AFTERNOON_UNTIL = 7  # "at 7" without a word more is 19:00, "at 8" is 08:00
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


def collect(tokens: Iterable[Token], today: date) -> Said:
    """The mentions of a message folded into one meaning, with mentions after a correction replacing earlier ones."""
    said = Said()
    stale: set[str] = set()
    moving = False
    for token in tokens:
        moving = moving or "move" in token.tags
        if "correct" in token.tags or (moving and "range_to" in token.tags and token.text not in "-–—"):
            stale = {name for name in ("day", "clock", "part") if getattr(said, name) is not None}
        if token.value is not None:
            _take(said, token, stale, today)
    return said
