"""Whose turn is it to send? Token buckets in Redis, which all gateways share, and a line for each account in each of them.

Waiting is no try, and holds up nobody else: one who waits for the pair limit leaves the line meanwhile. While Redis is
away each gateway counts for itself.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Final, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.gateway.channels import Capabilities
from services.gateway.domain.account import ChannelAccount
from services.gateway.domain.pace import Limit, pair, per_second, take
from services.gateway.ports import Begun
from shared.telemetry import get_logger

TIMEOUT_SECONDS: Final = 0.2
FAILURES: Final = 3
LEFT_ALONE_SECONDS: Final = 5.0
SETTING: Final = "per_second"
"""An account's setting that overrides what its channel allows."""
MOST_BEGINNING: Final = 8
"""So many of an account may be between their turn and their request: when we are slow, turns do not pile up to a burst."""
_MOST_BUCKETS: Final = 50_000

# `domain.pace.take`, by the server's clock: the pair's bucket first, so that whoever waits for it takes nothing from the
# account's. KEYS: account [, pair]; ARGV: interval and burst of each. Answers the seconds to wait for the pair and for the
# account; both 0: taken.
_TAKE: Final = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1000000
local function look(n)
  local interval, burst = tonumber(ARGV[2 * n - 1]), tonumber(ARGV[2 * n])
  local ahead = interval * burst
  local due = math.min(math.max(tonumber(redis.call('GET', KEYS[n]) or '0'), now), now + ahead) + interval
  return due, due - ahead - now
end
local function keep(n, due)
  redis.call('SET', KEYS[n], string.format('%.6f', due), 'PX', math.ceil((due - now) * 1000) + 1000)
end
local pair_due, wait
if KEYS[2] then
  pair_due, wait = look(2)
  if wait > 0.000001 then return {string.format('%.6f', wait), '0'} end
end
local due
due, wait = look(1)
if wait > 0.000001 then return {'0', string.format('%.6f', wait)} end
keep(1, due)
if pair_due then keep(2, pair_due) end
return {'0', '0'}
"""

log = get_logger("gateway")
Key = tuple[str, str]


@dataclass(slots=True)
class _Line:
    """Those of one account who wait for their turn, first come, first served."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0
    beginning: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_BEGINNING))


class Pacing:
    """See `ports.Paces`. `redis` None: this gateway is the only one."""

    def __init__(self, redis: Redis | None, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._redis = redis
        self._script = redis.register_script(_TAKE) if redis is not None else None
        self._timeout = timeout
        self._failures = 0
        self._again_at = 0.0
        self._lines: dict[Key, _Line] = {}
        self._dues: OrderedDict[str, float] = OrderedDict()

    async def turn(self, account: ChannelAccount, capabilities: Capabilities, user_id: str) -> Begun:
        """Return when a message of this account to this person may go out; its place is taken then.

        What is returned must be called when the request begins, or when it never will.
        """
        line = self._line(account)
        while True:
            line.waiting += 1
            try:
                async with line.lock:
                    await line.beginning.acquire()
                    wait = await self._first_in_line(line, account, capabilities, user_id)
            finally:
                line.waiting -= 1
            if wait <= 0:
                return line.beginning.release
            await asyncio.sleep(wait)

    async def turn_if_free(self, account: ChannelAccount, capabilities: Capabilities) -> bool:
        """Take a place when there is one and nobody waits for it; for what nobody misses."""
        line = self._line(account)
        if line.waiting:
            return False
        async with line.lock:
            return await self._ask(account, capabilities, None) == (0.0, 0.0)

    def room(self, account: ChannelAccount, capabilities: Capabilities) -> int:
        """How many messages of this account could go out within half a second: none while others wait."""
        if self._line(account).waiting:
            return 0
        return max(1, int(_rate(account, capabilities) / 2))

    async def _first_in_line(
        self, line: _Line, account: ChannelAccount, capabilities: Capabilities, user_id: str
    ) -> float:
        """0.0 when the place is taken; else the seconds to wait for the pair limit, out of the line."""
        has_turn = False
        try:
            while True:
                for_pair, wait = await self._ask(account, capabilities, user_id)
                if for_pair > 0 or wait <= 0:
                    has_turn = for_pair <= 0
                    return for_pair
                await asyncio.sleep(wait)
        finally:
            if not has_turn:
                line.beginning.release()

    def _line(self, account: ChannelAccount) -> _Line:
        return self._lines.setdefault((account.channel, account.account_id), _Line())

    async def _ask(
        self, account: ChannelAccount, capabilities: Capabilities, user_id: str | None
    ) -> tuple[float, float]:
        """The seconds to wait for the pair and for the account; both 0: taken."""
        name = f"usher:pace:{account.channel}:{account.account_id}"
        buckets = [(name, per_second(_rate(account, capabilities)))]
        if user_id is not None and capabilities.pair_seconds:
            whom = hashlib.blake2b(user_id.encode(), digest_size=12).hexdigest()
            buckets.append((f"{name}:{whom}", pair(capabilities.pair_seconds, capabilities.pair_burst)))
        shared = await self._ask_redis(buckets)
        return self._ask_here(buckets) if shared is None else shared

    async def _ask_redis(self, buckets: list[tuple[str, Limit]]) -> tuple[float, float] | None:
        """None when Redis fails, or is being left alone for a while."""
        now = asyncio.get_running_loop().time()
        if self._script is None or now < self._again_at:
            return None
        values = [value for _, limit in buckets for value in (limit.interval, limit.burst)]
        try:
            async with asyncio.timeout(self._timeout):
                answer = await cast(
                    Awaitable[list[bytes]], self._script(keys=[name for name, _ in buckets], args=values)
                )
        except (RedisError, OSError, TimeoutError) as error:
            self._failures += 1
            if self._failures >= FAILURES:
                self._again_at = now + LEFT_ALONE_SECONDS
                log.info("pace_without_redis", error=str(error) or type(error).__name__)
            return None
        self._failures = 0
        for_pair, wait = (float(one) for one in answer)
        if for_pair <= 0 and wait <= 0:
            for name, limit in buckets:  # so that counting goes on here when Redis goes away
                self._keep(name, max(self._dues.get(name, 0.0), now) + limit.interval)
        return for_pair, wait

    def _ask_here(self, buckets: list[tuple[str, Limit]]) -> tuple[float, float]:
        now = asyncio.get_running_loop().time()
        taken = [(name, *take(self._dues.get(name, 0.0), now, limit)) for name, limit in buckets]
        waits = [wait for _, _, wait in taken]
        if not any(waits):
            for name, due, _ in taken:
                self._keep(name, due)
        for_pair = waits[1] if len(waits) > 1 else 0.0
        return for_pair, 0.0 if for_pair else waits[0]

    def _keep(self, name: str, due: float) -> None:
        self._dues[name] = due
        self._dues.move_to_end(name)
        if len(self._dues) > _MOST_BUCKETS:
            self._dues.popitem(last=False)


def _rate(account: ChannelAccount, capabilities: Capabilities) -> float:
    """Messages a second of this account: its own setting, else what its channel allows."""
    own = account.settings.get(SETTING)
    is_rate = isinstance(own, int | float) and not isinstance(own, bool) and own > 0
    return float(own) if is_rate and isinstance(own, int | float) else capabilities.per_second
