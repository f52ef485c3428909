"""How much may one visitor, one address, all together? Buckets and counts in this process; the clock is passed in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a gateway instance bears. Times in seconds.

    `messages_per_minute` and `asks_per_minute` (for older messages and files) of a visitor; `visitors_per_minute` made
    for one address, `sockets_per_address`, `sockets` in all; `uploads_per_minute` files of a visitor (five times as many of
    an address), `upload_bytes_a_day` of a tenant; `hello_seconds` until the first frame, `ping_seconds`
    between pings, `write_seconds` until a page that does not read is cut off.
    """

    messages_per_minute: int = 20
    asks_per_minute: int = 120
    visitors_per_minute: int = 30
    sockets_per_address: int = 50
    sockets: int = 20_000
    uploads_per_minute: int = 6
    upload_bytes_a_day: int = 2 * 1024**3
    hello_seconds: float = 5.0
    ping_seconds: float = 25.0
    write_seconds: float = 10.0


class Rates:
    """Token buckets by key: `per_minute` at once, and again as they refill. Keys not used lately are forgotten."""

    def __init__(self, per_minute: int, *, keys: int = 50_000) -> None:
        self._per_minute = per_minute
        self._keys = keys
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable, now: float) -> float:
        """0.0 when it may be done now (and is counted), else the seconds until it may. `now` is monotone."""
        left, since = self._buckets.get(key, (float(self._per_minute), now))
        per_second = self._per_minute / 60
        left = min(float(self._per_minute), left + (now - since) * per_second)
        granted = left >= 1
        self._buckets[key] = (left - 1 if granted else left, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return 0.0 if granted else (1 - left) / per_second


class Places:
    """Counts what is open, by address and in all."""

    def __init__(self, per_address: int, total: int) -> None:
        self._per_address = per_address
        self._total = total
        self._open = 0
        self._by_address: dict[str, int] = {}

    def enter(self, address: str) -> bool:
        """True when there is room, which is then taken: `leave` gives it back."""
        mine = self._by_address.get(address, 0)
        if mine >= self._per_address or self._open >= self._total:
            return False
        self._by_address[address] = mine + 1
        self._open += 1
        return True

    def leave(self, address: str) -> None:
        """Give a place back."""
        self._open -= 1
        left = self._by_address[address] - 1
        if left:
            self._by_address[address] = left
        else:
            del self._by_address[address]

    @property
    def open(self) -> int:
        """How many are open now."""
        return self._open
