"""Which builders for times of day do the rules of German and Italian share? Clocks counted from an hour, stretches."""

from __future__ import annotations

from services.agent.language.cascade import Built, Context, Found, Rule
from services.agent.language.grammar.clocks import with_meridiem
from services.agent.language.values import Clock, Part, PartOfDay, Window

_DAY_MINUTES = 24 * 60
_AFTERNOON_UNTIL = 5
_PM = 1


def moved(hour: int, minutes: int) -> Clock:
    """The time `minutes` after a spoken hour; an hour up to 12 leaves the half of the day open."""
    settled = not 1 <= hour <= 12
    total = (hour * 60 + minutes) % _DAY_MINUTES
    found = total // 60
    return Clock(12 if found == 0 and not settled else found, total % 60, settled)


def part_alone(start: int, end: int, *parts: Part) -> Rule:
    """The hours meant by a part of the day that stands without a clock time; hour 24 begins the next day."""

    def build(m: Found, _: Context) -> Built:
        alone = not any(token.tags & {"clock", "window"} for token in m.tokens)
        return Window(Clock(start), Clock(end)) if alone and m.value("P", PartOfDay).part in parts else None

    return Rule("P=part", build)


def _afternoon(m: Found, _: Context) -> Built:
    """Bare hours of the small hours that bound a stretch are meant in the afternoon, unless a part of the day is said.

    A single bare hour stays open (the agent tries both halves of the day); a stretch has no second try.
    """
    window = m.value("W", Window)
    first = window.start or window.end
    says_part = any(token.tags & {"part", "partword"} for token in m.tokens)
    if first is None or first.settled or not 1 <= first.hour <= _AFTERNOON_UNTIL or says_part:
        return None
    start, end = (with_meridiem(clock, _PM) if clock else None for clock in (window.start, window.end))
    if start and window.end and (window.end.settled or (end and end.minutes <= start.minutes)):
        end = window.end
    return Window(start, end)


AFTERNOON_RULE = Rule("W=window", _afternoon)
