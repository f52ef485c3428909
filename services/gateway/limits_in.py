"""How fast may people, tenants and addresses come in? Token buckets in memory; Redis makes several instances one.

The hot path never waits for Redis: a bucket is decided here at once, and what was taken from those that are more than half
empty is told to Redis a moment later, which answers how full they are by everybody's count (docs/limits.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final, cast
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.gateway.inbound import InboxRow
from shared.errors import UsherError
from shared.settings import Settings
from shared.telemetry import get_logger

TELL_SECONDS: Final = 0.25
REDIS_SECONDS: Final = 0.1
MOST_BUCKETS: Final = 100_000
MOST_TOLD: Final = 2_000

# How long until each bucket is full again (seconds), after taking so many from it.
_TAKE: Final = """
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
local left = {}
for i, key in ipairs(KEYS) do
  local full = math.max(tonumber(redis.call('GET', key) or '0'), now) + tonumber(ARGV[i])
  redis.call('SET', key, string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000) + 1000)
  left[i] = string.format('%.6f', full - now)
end
return left
"""

log = get_logger("gateway")


class Buckets:
    """Token buckets by key: `burst` at once, `per_second` after that (GCRA: an instant per key, no timers).

    `full` is when a key's bucket is full again; with n tokens out of it that is n / per_second from now.
    """

    def __init__(self, name: str, per_second: float, burst: float, most: int = MOST_BUCKETS) -> None:
        self.name = name
        self._each = 1.0 / per_second
        self._depth = burst / per_second
        self._most = most
        self._full: dict[str, float] = {}
        self._untold: dict[str, float] = {}
        self._told: set[str] = set()

    def take(self, key: str, now: float) -> float:
        """Take one, whatever is there; seconds until there would have been one (0: there was). Grows with each call."""
        full = max(self._full.get(key, 0.0), now) + self._each
        self._put(key, full, now)
        return max(0.0, full - now - self._depth)

    def take_each(self, keys: Sequence[str], now: float) -> list[float]:
        """`take` for each of the keys in turn, several times as fast for buckets that are not half empty."""
        full_at, each, calm, waits = self._full, self._each, now + self._depth / 2, []
        if len(full_at) + len(keys) > self._most:
            return [self.take(key, now) for key in keys]
        for key in keys:
            full = full_at.get(key, now)
            full = (full if full > now else now) + each
            if full > calm:
                waits.append(self.take(key, now))
            else:
                full_at[key] = full
                waits.append(0.0)
        return waits

    def refuse(self, key: str, now: float) -> float:
        """Take one if there is one: 0. Else take none: the seconds until there will be one."""
        full = max(self._full.get(key, 0.0), now) + self._each
        wait = full - now - self._depth
        if wait > 1e-9:
            return wait
        self._put(key, full, now)
        return 0.0

    def _put(self, key: str, full: float, now: float) -> None:
        if len(self._full) >= self._most and key not in self._full:
            self._make_room(now)
        self._full[key] = full
        if full - now > self._depth / 2:
            before = self._untold.get(key)
            if before is None:
                before = 0.0 if key in self._told else full - now - self._each
            self._untold[key] = before + self._each

    def _make_room(self, now: float) -> None:
        """Forget who has a full bucket; when nobody has, the half that came first (they get a fresh one)."""
        kept = {key: full for key, full in self._full.items() if full > now}
        if len(kept) >= self._most:
            kept = dict(list(kept.items())[self._most // 2 :])
        self._full = kept
        self._told &= kept.keys()

    def owe(self, key: str, wait: float, now: float) -> None:
        """What was last taken from this bucket waits `wait` seconds from now: what is taken next waits longer."""
        self._full[key] = max(self._full.get(key, 0.0), now + wait + self._depth)

    def untold(self, most: int) -> list[tuple[str, float]]:
        """Keys and the seconds that were taken from them since the last call."""
        keys = list(self._untold)[:most]
        return [(key, self._untold.pop(key)) for key in keys]

    def hear(self, keys: Iterable[str], left: Iterable[float], now: float) -> None:
        """By everybody's count these buckets are full again in so many seconds."""
        for key, seconds in zip(keys, left, strict=True):
            self._told.add(key)
            self._full[key] = max(self._full.get(key, 0.0), now + seconds + self._untold.get(key, 0.0))
        if len(self._told) > self._most:
            self._told.clear()


class Limits:
    """The limits of what comes in. `clock`: seconds that only grow."""

    def __init__(self, settings: Settings, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._senders = Buckets("sender", settings.sender_per_minute / 60, settings.sender_per_minute)
        self._tenants = Buckets("tenant", settings.tenant_per_second, settings.tenant_per_second)
        self._addresses = Buckets("ip", settings.ip_per_second, settings.ip_per_second)
        self._proxies = proxies(settings.trusted_proxies)

    def paced(self, rows: list[InboxRow]) -> list[InboxRow]:
        """The rows, those of a sender or a tenant that is too fast with the delay after which they may be passed on."""
        now = self._clock()
        limited = [row for row in rows if row.limited]
        senders = [row.conversation_id.hex if row.conversation_id else "" for row in limited]
        waits = self._senders.take_each(senders, now)
        theirs = self._tenants.take_each([row.tenant_id.hex for row in limited], now)
        if any(waits) or any(theirs):
            turns = map(max, waits, theirs)
            rows = [_later(row, next(turns), now) if row.limited else row for row in rows]
        return rows

    def recall(self, conversation_id: UUID, wait: float) -> None:
        """A message of this conversation, stored by an instance that ended, may be passed on in `wait` seconds."""
        if wait > 0:
            self._senders.owe(conversation_id.hex, wait, self._clock())

    def address(self, remote: str | None, forwarded: str | None) -> str:
        """Who is at the other end, behind our own proxies."""
        return client(remote, forwarded, self._proxies) or ""

    def refused(self, remote: str | None, forwarded: str | None) -> float:
        """Seconds after which this address may come again; 0: it may come in."""
        address = client(remote, forwarded, self._proxies) if self._proxies else remote
        return self._addresses.refuse(address or "", self._clock())

    async def share(self, redis: Redis) -> None:
        """Count with the other instances, for ever. While Redis is away each counts for itself."""
        while True:
            await asyncio.sleep(TELL_SECONDS)
            try:
                for buckets in (self._senders, self._tenants, self._addresses):
                    await self._tell(redis, buckets)
            except (RedisError, OSError, TimeoutError):
                await asyncio.sleep(1.0)

    async def _tell(self, redis: Redis, buckets: Buckets) -> None:
        told = buckets.untold(MOST_TOLD)
        if not told:
            return
        keys = [f"usher:limit:{buckets.name}:{key}" for key, _ in told]
        taken = [f"{seconds:.6f}" for _, seconds in told]
        async with asyncio.timeout(REDIS_SECONDS):
            asked = redis.eval(_TAKE, len(keys), *keys, *taken)
            left = await cast(Awaitable[Sequence[bytes]], asked)
        buckets.hear((key for key, _ in told), map(float, left), self._clock())


def _later(row: InboxRow, wait: float, now: float) -> InboxRow:
    return row._replace(delay=wait, not_before=now + wait) if wait else row


Networks = tuple[IPv4Network | IPv6Network, ...]


def proxies(setting: str) -> Networks:
    """The networks of a comma-separated list of CIDRs. Raises `UsherError` naming the one that is none."""
    found = []
    for part in filter(None, (one.strip() for one in setting.split(","))):
        try:
            found.append(ip_network(part))
        except ValueError:
            raise UsherError(f"USHER_TRUSTED_PROXIES: {part!r} is no network such as 10.0.0.0/8.") from None
    return tuple(found)


def client(remote: str | None, forwarded: str | None, trusted: Networks) -> str | None:
    """Who is at the other end: the last address of `X-Forwarded-For` that is no trusted proxy's, if a trusted proxy
    connects; else whoever connects."""
    hops = [hop.strip() for hop in forwarded.split(",")] if forwarded else []
    current = remote
    while current is not None and hops and _is_of(current, trusted):
        current = hops.pop() or current
    return current


def _is_of(address: str, networks: Networks) -> bool:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return any(found.version == network.version and found in network for network in networks)
