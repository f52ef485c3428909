"""How long to wait before the next try?"""

from __future__ import annotations

from typing import Final

FIRST_SECONDS: Final = 0.5
LONGEST_SECONDS: Final = 60.0


def backoff(tries: int) -> float:
    """Seconds after `tries` of them: 0.5, 1, 2 … 60."""
    return min(FIRST_SECONDS * 2.0 ** min(max(tries, 1) - 1, 16), LONGEST_SECONDS)
