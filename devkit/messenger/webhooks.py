"""How do webhooks reach the gateway? Signed, in order per person, batched across people, tried again until accepted."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import aiohttp

from devkit.messenger.config import Account, MessengerConfig
from devkit.messenger.faults import FaultBox
from devkit.messenger.state import Json

log = logging.getLogger(__name__)

Signing = Literal["good", "bad", "none"]
LaneKey = tuple[str, ...]
_REORDER_AMONG = 8


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One element of `messaging[]`; `accepted` is set when the gateway has it (or never will)."""

    account: Account
    person: str
    item: Json
    accepted: asyncio.Event


@dataclass(slots=True)
class Counts:
    """What was sent since the start: POSTs, tries again, repeats, and events accepted or given up."""

    posts: int = 0
    retries: int = 0
    repeats: int = 0
    accepted: int = 0
    given_up: int = 0


def signature(secret: str, raw: bytes) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def envelope(events: Sequence[Event], now: float, *, one_entry: bool = False) -> bytes:
    """The body of a webhook with these events, all of one platform: an entry each, or one per account."""
    stamp = int(now * 1000)
    groups: dict[object, list[Event]] = {}
    for event in events:
        groups.setdefault(event.account.account_id if one_entry else event, []).append(event)
    entries = [
        {"id": group[0].account.account_id, "time": stamp, "messaging": [event.item for event in group]}
        for group in groups.values()
    ]
    kind = "page" if events[0].account.platform == "messenger" else "instagram"
    return json.dumps({"object": kind, "entry": entries}, ensure_ascii=True).encode()


class Webhooks:
    """Owns the connection to the gateway. `start()` before the first `enqueue`, `close()` at the end. `clock`: unix seconds.

    A lane keeps its order: the events of one person with one account, or, while faults make batches, all of one URL. A lane
    waits with the next body until one is accepted.
    """

    def __init__(self, config: MessengerConfig, faults: FaultBox, clock: Callable[[], float]) -> None:
        self._config = config
        self._faults = faults
        self._clock = clock
        self._lanes: dict[LaneKey, asyncio.Queue[Event]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(config.webhook_concurrency)
        self._session: aiohttp.ClientSession | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self.pending = 0
        self.counts = Counts()

    async def start(self) -> None:
        """Open the client."""
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=self._config.webhook_timeout_seconds),
            connector=aiohttp.TCPConnector(limit=self._config.webhook_concurrency * 2),
        )

    async def close(self) -> None:
        """Stop; what was not accepted is lost with the emulator's memory."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def idle(self) -> None:
        """Return when every event was accepted, or given up."""
        await self._idle.wait()

    def enqueue(self, account: Account, person: str, item: Json) -> asyncio.Event:
        """Send an event after those before it in its lane; what is returned is set when that is over."""
        event = Event(account, person, item, asyncio.Event())
        self.pending += 1
        self._idle.clear()
        faults = self._faults.current
        batched = faults.batch_size > 1 or faults.reorder
        key: LaneKey = (
            (account.webhook_url, account.platform) if batched else (account.account_id, person, "")
        )
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = asyncio.Queue()
            task = asyncio.get_running_loop().create_task(self._drain(key, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        lane.put_nowait(event)
        return event.accepted

    async def _drain(self, key: LaneKey, lane: asyncio.Queue[Event]) -> None:
        try:
            # An empty lane goes away; nothing awaits between the check and the removal.
            while not lane.empty():
                await self._deliver(await self._collect(lane))
        finally:
            del self._lanes[key]

    async def _collect(self, lane: asyncio.Queue[Event]) -> list[Event]:
        faults = self._faults.current
        events = [lane.get_nowait()]
        wanted = max(faults.batch_size, _REORDER_AMONG if faults.reorder else 1)
        try:
            async with asyncio.timeout(faults.batch_wait_ms / 1000):
                while len(events) < wanted:
                    events.append(await lane.get())
        except TimeoutError:
            pass  # nobody else came in time: what is there goes out
        if faults.reorder:
            self._faults.rng.shuffle(events)
        return events

    async def _deliver(self, events: Sequence[Event]) -> None:
        faults = self._faults.current
        raw, url = envelope(events, self._clock(), one_entry=faults.one_entry), events[0].account.webhook_url
        if await self._until_accepted(url, raw):
            self.counts.accepted += len(events)
            for _ in range(faults.repeat):
                self.counts.repeats += 1
                await self.post(url, raw)
        else:
            self.counts.given_up += len(events)
        for event in events:
            event.accepted.set()
        self.pending -= len(events)
        if self.pending == 0:
            self._idle.set()

    async def _until_accepted(self, url: str, raw: bytes) -> bool:
        loop = asyncio.get_running_loop()
        began, attempt = loop.time(), 0
        while True:
            status = await self.post(url, raw)
            if status == 200 and not self._faults.take("drop_answers"):
                return True
            attempt += 1
            delay = self._config.retry_after(attempt, loop.time() - began)
            if delay is None:
                log.warning("webhook given up after %d tries: HTTP %s", attempt, status or "none")
                return False
            self.counts.retries += 1
            await asyncio.sleep(delay)

    async def post(self, url: str, raw: bytes, signing: Signing = "good") -> int:
        """POST these bytes once; the gateway's HTTP status, or 0 when there was no answer in time."""
        assert self._session is not None, "call start() first"
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if signing != "none":
            secret = self._config.app_secret.get_secret_value()
            headers["X-Hub-Signature-256"] = signature(secret + "!" * (signing == "bad"), raw)
        self.counts.posts += 1
        try:
            async with self._slots, self._session.post(url, data=raw, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0
