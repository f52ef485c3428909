"""Where is a schedule cut in two? Up to a session and from it on, in such a way that both together are what it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from services.booking.domain.rule import parse_rule, part_of
from services.booking.domain.schedule import Occurrence, Schedule, local_of, local_starts
from shared.ids import derive

_DAY = timedelta(days=1)


def split(piece: Schedule, occurrence: Occurrence, new_rule: str | None) -> tuple[Schedule | None, Schedule]:
    """The schedule up to and without a session (None when nothing comes before it), and from that session on.

    The later part has a derived id of its own and the same series. `new_rule` replaces its rule; without one, what
    is left of a COUNT goes on counting. Raises `InvalidSchedule`.
    """
    at = occurrence.local_start
    day = at.date()
    rule_days = _rule_days_before(piece, day)
    extra = tuple(local_of(moment, piece.timezone) for moment in piece.extra)
    same_day = tuple(start for start in local_starts(piece, day, day + _DAY) if start < at)
    if not rule_days and not same_day and not any(moment < at for moment in extra):
        return None, piece
    old = replace(
        piece,
        until=min(piece.until or date.max, day - _DAY),
        extra=tuple(dict.fromkeys([*(m for m in extra if m < at), *same_day])),
    )
    rule = new_rule or piece.rrule
    count = part_of(rule, "COUNT") if new_rule is None else None
    left = int(count) - rule_days if count else 1
    new = replace(
        piece,
        schedule_id=derive("schedule", piece.series, "split", occurrence.original_start.isoformat()),
        series_id=piece.series,
        split_from=piece.schedule_id,
        starts_on=day if new_rule or left < 1 else _phase(piece, day),
        # A rule that is used up gives nothing more; only added dates are left.
        until=day - _DAY if left < 1 else piece.until,
        rrule=_with_count(rule, left) if count and left >= 1 else rule,
        extra=tuple(m for m in extra if m >= at),
        excluded=tuple(dict.fromkeys([*piece.excluded, *same_day])),
    )
    return old, new


def _rule_days_before(piece: Schedule, day: date) -> int:
    """How many occurrences the rule counts before this day (days, when there are several times on each)."""
    rule = parse_rule(piece.rrule, datetime.combine(piece.starts_on, piece.starts_at_local))
    if part_of(piece.rrule, "COUNT") is None:  # only whether there are any
        first = next(iter(rule), None)
        return int(first is not None and first.date() < day)
    return sum(1 for start in rule if start.date() < day)


def _phase(piece: Schedule, day: date) -> date:
    """The rule's first day from this one on: every other week goes on being the same weeks."""
    rule = parse_rule(piece.rrule, datetime.combine(piece.starts_on, piece.starts_at_local))
    start: datetime | None = rule.after(datetime.combine(day, time()), inc=True)
    return start.date() if start else day


def _with_count(rule: str, count: int) -> str:
    return ";".join(f"COUNT={count}" if p.upper().startswith("COUNT=") else p for p in rule.split(";"))
