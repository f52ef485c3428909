"""How are stretches of time joined, cut and intersected? Plain arithmetic on half-open ranges of minutes.

Every list that goes in or comes out is sorted, and what comes out does not overlap or touch.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from services.booking.domain.availability.times import Minutes


def merge(ranges: Iterable[Minutes]) -> list[Minutes]:
    """The same minutes as few ranges: overlapping and touching ones become one, empty ones go. Any order goes in."""
    merged: list[Minutes] = []
    last_start = last_end = 0
    for start, end in sorted(ranges):
        if start >= end:
            continue
        if merged and start <= last_end:
            if end > last_end:
                last_end = end
                merged[-1] = (last_start, end)
        else:
            last_start, last_end = start, end
            merged.append((start, end))
    return merged


def subtract(ranges: Sequence[Minutes], taken: Sequence[Minutes]) -> list[Minutes]:
    """The minutes of `ranges` that are not in `taken`. Both merged."""
    left: list[Minutes] = []
    at, count = 0, len(taken)
    for range_start, end in ranges:
        start = range_start
        while at < count and taken[at][1] <= start:
            at += 1
        while at < count:
            taken_start, taken_end = taken[at]
            if taken_start >= end:
                break
            if taken_start > start:
                left.append((start, taken_start))
            start = taken_end
            if start >= end:
                break  # it may reach into the next range
            at += 1
        if start < end:
            left.append((start, end))
    return left


def intersect(ranges: Sequence[Minutes], others: Sequence[Minutes]) -> list[Minutes]:
    """The minutes that are in both. Both merged."""
    both: list[Minutes] = []
    i = j = 0
    while i < len(ranges) and j < len(others):
        start, end = max(ranges[i][0], others[j][0]), min(ranges[i][1], others[j][1])
        if start < end:
            both.append((start, end))
        if ranges[i][1] < others[j][1]:
            i += 1
        else:
            j += 1
    return both


def full_ranges(taken: Sequence[Minutes], capacity: int) -> list[Minutes]:
    """Where something that can be used `capacity` times at once is in use that often. Any order goes in.

    What counts is how many are there at the same moment, not how many a longer stay would meet one after the other.
    A taken range of no length is kept as one, since it is met by whatever goes on around it.
    """
    if capacity == 1:
        return list(taken)
    full: list[Minutes] = []
    level = 0
    since: int | None = None
    changes = sorted(
        [(start, 1) for start, end in taken if start < end]
        + [(end, -1) for start, end in taken if start < end]
    )
    for minute, group in groupby(changes, key=lambda change: change[0]):
        level += sum(change for _, change in group)
        if level >= capacity and since is None:
            since = minute
        elif level < capacity and since is not None:
            full.append((since, minute))
            since = None
    for minute in {start for start, end in taken if start == end}:
        meets = sum(1 for start, end in taken if start < minute < end or start == end == minute)
        if meets >= capacity:
            full.append((minute, minute))
    return full


def blocked_starts(taken: Iterable[Minutes], before: int, length: int) -> list[Minutes]:
    """The starts at which a stay would overlap one of `taken`, merged.

    A stay that starts at s needs [s - `before`, s + `length`). Touching is no overlap; a taken range of no length
    within the stay is one.
    """
    return merge([(start - length + 1, end + before) for start, end in taken])
