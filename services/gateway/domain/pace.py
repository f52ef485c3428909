"""May one more go out now, and if not, when? Token buckets as arithmetic (the generic cell rate algorithm).

A bucket is one number: `due`, the instant at which what was taken is paid for. Taking adds an interval to it; it may lie
so many intervals ahead as the burst allows. `pacing.py` does the same sums inside Redis, for all instances together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_BURST_SHARE: Final = 20


@dataclass(frozen=True, slots=True)
class Limit:
    """One message each `interval` seconds on average; up to `burst` (at least 1) at once after a rest."""

    interval: float
    burst: float = 1.0


def per_second(most: float) -> Limit:
    """Never more than `most` within any second: what may come at once is taken off the steady rate."""
    burst = max(1.0, most / _BURST_SHARE)
    steady = most if burst == 1.0 else most - burst
    return Limit(1.0 / steady, burst)


def pair(seconds: float, burst: int) -> Limit:
    """One message each `seconds` to the same person; a burst is borrowed from the next ones.

    One less than the provider allows: it counts what arrives, and the last may travel faster than the first.
    """
    return Limit(seconds, float(max(1, burst - 1)))


def take(due: float, now: float, limit: Limit) -> tuple[float, float]:
    """(the new `due`, 0.0) when one more may go out now; else (`due` as it was, the seconds to wait).

    `due` is 0 for a bucket that was never used. A `due` that no past can explain (the clock was set back) is brought in.
    """
    ahead = limit.interval * limit.burst
    begin = min(max(due, now), now + ahead)
    wait = begin + limit.interval - ahead - now
    # A rounding error must not make anybody wait once more for less than a microsecond.
    return (begin + limit.interval, 0.0) if wait <= 1e-6 else (due, wait)
