"""How do webhooks reach the gateway? Signed, in order per customer, many at once, tried again until
accepted."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import aiohttp

from devkit.whatsapp.config import EmulatorConfig
from devkit.whatsapp.faults import FaultBox, Grouping
from devkit.whatsapp.payloads import Update, encode, envelope, signature

log = logging.getLogger(__name__)

Signing = Literal["good", "bad", "none"]
LaneKey = tuple[str, ...]
_REORDER_AMONG = 8
_GROUPINGS: tuple[Grouping, ...] = ("one_value", "changes", "entries")


@dataclass(slots=True)
class Counts:
    """What was sent since the start: POSTs, their outcomes, and updates accepted or given up."""

    posts: int = 0
    retries: int = 0
    repeats: int = 0
    accepted: int = 0
    given_up: int = 0
    dropped: int = 0


class WebhookSender:
    """Owns the connection to the gateway. `start()` before the first `enqueue`, `close()` at the end.

    A lane is what keeps its order: the messages of one customer to one number, or their statuses. Lanes run
    at the same time, at most `webhook_concurrency` POSTs in all; a lane waits with the next webhook until one
    is accepted.
    While faults collect updates of several customers, there is one lane for everything.
    """

    def __init__(
        self,
        config: EmulatorConfig,
        faults: FaultBox,
        rng: random.Random,
        on_accepted: Callable[[Update], None] = lambda update: None,
    ) -> None:
        self._config = config
        self._faults = faults
        self._rng = rng
        self._on_accepted = on_accepted
        self._lanes: dict[LaneKey, asyncio.Queue[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(config.webhook_concurrency)
        self._session: aiohttp.ClientSession | None = None
        self._recent: deque[Update] = deque(maxlen=20)
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
        """Stop sending; what was not accepted is lost with the emulator's memory."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def idle(self) -> None:
        """Return when every update was accepted (or given up, where `max_attempts` is set)."""
        await self._idle.wait()

    def enqueue(self, update: Update) -> None:
        """Send an update after those before it in its lane."""
        self.pending += 1
        self._idle.clear()
        number, wa_id = update.business.phone_number_id, update.customer.wa_id
        key: LaneKey = ("all",) if self._faults.current.collects else (update.kind, number, wa_id)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = asyncio.Queue()
            task = asyncio.get_running_loop().create_task(self._drain(key, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        lane.put_nowait(update)

    async def _drain(self, key: LaneKey, lane: asyncio.Queue[Update]) -> None:
        try:
            # An empty lane goes away; nothing awaits between the check and the removal.
            while not lane.empty():
                updates = await self._collect(lane)
                size = self._faults.current.batch_size
                for start in range(0, len(updates), size):
                    await self._deliver(updates[start : start + size])
        finally:
            del self._lanes[key]

    async def _collect(self, lane: asyncio.Queue[Update]) -> list[Update]:
        faults = self._faults.current
        updates = [lane.get_nowait()]
        if not faults.collects:
            return updates
        wanted = max(faults.batch_size, _REORDER_AMONG if faults.reorder != "none" else 1)
        try:
            async with asyncio.timeout(faults.batch_wait_ms / 1000):
                while len(updates) < wanted:
                    updates.append(await lane.get())
        except TimeoutError:
            pass  # nobody else came in time: what is there goes out
        if faults.reorder == "all":
            self._rng.shuffle(updates)
        elif faults.reorder == "statuses":
            updates = shuffle_statuses(updates, self._rng)
        return updates

    async def _deliver(self, updates: Sequence[Update]) -> None:
        raw = encode(envelope(updates, self._faults.current.grouping))
        accepted = await self._post_until_accepted(raw)
        self._recent.extend(updates)
        if accepted:
            self.counts.accepted += len(updates)
            for update in updates:
                self._on_accepted(update)
        else:
            self.counts.given_up += len(updates)
        for _ in range(self._faults.current.repeat):
            self.counts.repeats += 1
            await self._post(self._regrouped(updates) if self._faults.current.regroup else raw)
        self.pending -= len(updates)
        if self.pending == 0:
            self._idle.set()

    def _regrouped(self, updates: Sequence[Update]) -> bytes:
        older = [update for update in self._recent if update not in updates]
        mixed = [*updates, *self._rng.sample(older, min(2, len(older)))]
        self._rng.shuffle(mixed)
        return encode(envelope(mixed, self._rng.choice(_GROUPINGS)))

    async def _post_until_accepted(self, raw: bytes) -> bool:
        began = asyncio.get_running_loop().time()
        attempt = 0
        await asyncio.sleep(self._faults.delay())
        while True:
            status = await self._post_if_it_gets_there(raw)
            if status == 200 and not self._faults.take("drop_answers"):
                return True
            attempt += 1
            delay = self._config.retry_after(attempt, asyncio.get_running_loop().time() - began)
            if delay is None:
                log.warning("webhook given up after %d tries, last answer %s", attempt, status or "none")
                return False
            level = logging.WARNING if attempt == 1 else logging.DEBUG
            log.log(level, "webhook not accepted (answer: %s), next try in %.1f s", status or "none", delay)
            self.counts.retries += 1
            await asyncio.sleep(delay)

    async def _post_if_it_gets_there(self, raw: bytes) -> int:
        """The answer; 0 when the body gets lost, or the answer to it."""
        if not self._faults.is_dropped():
            return await self._post(raw)
        self.counts.dropped += 1
        if self._rng.random() < 0.5:
            await self._post(raw)
        return 0

    async def _post(self, raw: bytes) -> int:
        async with self._slots:
            return await self.post_once(raw, "good" if self._config.signing else "none")

    async def post_once(self, raw: bytes, signing: Signing = "good") -> int:
        """POST these bytes once; the gateway's HTTP status, or 0 when there was no answer in time."""
        assert self._session is not None, "call start() first"
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if signing != "none":
            secret = self._config.app_secret.get_secret_value()
            headers["X-Hub-Signature-256"] = signature(secret if signing == "good" else secret + "!", raw)
        self.counts.posts += 1
        try:
            async with self._session.post(
                self._config.gateway_webhook_url, data=raw, headers=headers
            ) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0


def shuffle_statuses(updates: Sequence[Update], rng: random.Random) -> list[Update]:
    """The same updates with the statuses in any order among themselves; every message stays in its place."""
    statuses = [update for update in updates if update.kind == "statuses"]
    rng.shuffle(statuses)
    rest = iter(statuses)
    return [next(rest) if update.kind == "statuses" else update for update in updates]
