"""Does everything arrive in the end? A sender of webhooks that comes again like Meta does, only sooner.

Anything but 200 within ten seconds is tried again after growing pauses, at times in other groups; what was accepted is
repeated now and then. All that is sent together is drawn from one seed; when it is sent depends on the answers.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

import aiohttp

from tests.e2e.meta_load import Update, Webhook, encode, regrouped
from tests.integration.gateway import bodies

TIMEOUT_SECONDS = 10.0
AT_ONCE = 64
BURST = 25
PAUSES_SECONDS = (0.05, 0.2, 0.6, 1.5, 3.0)
REGROUPED = 0.25
"""Of the retries."""
REPEATED = 0.05
"""Of the accepted webhooks: half of those as they were, half in other groups."""


@dataclass(slots=True)
class Fate:
    """What became of an update. Times are the event loop's; `place`: the webhook it was accepted with, and where in it."""

    posts: int = 0
    begun: float = 0.0
    accepted: float | None = None
    place: tuple[int, int] = (0, 0)
    at_first_try: bool = False


@dataclass(slots=True)
class Tally:
    """How it went. `cut`: the connection ended within a request; `refused`: there was nobody to connect to."""

    posts: int = 0
    accepted: int = 0
    regrouped: int = 0
    repeats: int = 0
    refused: int = 0
    cut: int = 0
    timed_out: int = 0
    answers: Counter[int] = field(default_factory=Counter)

    @property
    def failed(self) -> int:
        """POSTs that got no 200."""
        return self.posts - self.accepted


@dataclass(order=True, slots=True)
class _Job:
    due: float
    number: int
    updates: Webhook = field(compare=False)
    raw: bytes = field(compare=False)
    tries: int = field(compare=False, default=0)
    kind: Literal["new", "again", "repeat"] = field(compare=False, default="new")


class MetaSender:
    """Posts to `urls` in turn (copies of one gateway). Anybody may look at its fields while it works."""

    def __init__(
        self, urls: Sequence[str], secret: str, rng: random.Random, *, per_second: float = 250.0
    ) -> None:
        self.urls = list(urls)
        self.tally = Tally()
        self.fates: dict[Update, Fate] = {}
        self.posted_bodies: set[bytes] = set()
        self.accepted_bodies: set[bytes] = set()
        self.in_flight = 0
        self._secret = secret
        self._rng = rng
        self._per_second = per_second
        self._jobs: list[_Job] = []
        self._numbers = count()
        self._done: list[Update] = []
        self._news = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)

    @property
    def progress(self) -> float:
        """The share of all updates that was accepted."""
        return len(self._done) / max(1, len(self.fates))

    @property
    def unanswered(self) -> list[Update]:
        """What was posted at least once and not accepted yet."""
        return [update for update, fate in self.fates.items() if fate.posts and fate.accepted is None]

    async def deliver(self, webhooks: Sequence[Webhook]) -> None:
        """Return when every update was accepted, and every repeat."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        for n, updates in enumerate(webhooks):
            self.fates.update((update, Fate()) for update in updates)
            self._put(started + n // BURST * BURST / self._per_second, updates)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        connector = aiohttp.TCPConnector(limit=AT_ONCE)
        async with (
            aiohttp.ClientSession(timeout=timeout, connector=connector) as http,
            asyncio.TaskGroup() as group,
        ):
            while self._jobs or self.in_flight:
                self._news.clear()
                if self._jobs and self._jobs[0].due <= loop.time():
                    await self._slots.acquire()
                    self.in_flight += 1
                    group.create_task(self._attempt(http, heapq.heappop(self._jobs)))
                    continue
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(self._jobs[0].due if self._jobs else None):
                        await self._news.wait()

    def _put(
        self, due: float, updates: Webhook, kind: Literal["new", "again", "repeat"] = "new", tries: int = 0
    ) -> None:
        job = _Job(due, next(self._numbers), updates, encode(updates, self._rng), tries, kind)
        heapq.heappush(self._jobs, job)

    # --- one POST -------------------------------------------------------------------------------------

    async def _attempt(self, http: aiohttp.ClientSession, job: _Job) -> None:
        loop = asyncio.get_running_loop()
        for update in job.updates:
            fate = self.fates[update]
            fate.begun = loop.time() if not fate.posts else fate.begun
            fate.posts += 1
        self.tally.posts += 1
        self.posted_bodies.add(job.raw)
        try:
            accepted = await self._post(http, job) == 200
        finally:
            self.in_flight -= 1
            self._slots.release()
            self._news.set()
        if accepted:
            self._accepted(job, loop.time())
        else:
            self._again(job, loop.time())

    async def _post(self, http: aiohttp.ClientSession, job: _Job) -> int | None:
        """The answer's status; None when there was none."""
        url = self.urls[(job.number + job.tries) % len(self.urls)]
        headers = {
            "X-Hub-Signature-256": bodies.signature(job.raw, self._secret),
            "Content-Type": "application/json",
        }
        try:
            async with http.post(url, data=job.raw, headers=headers) as response:
                self.tally.answers[response.status] += 1
                return response.status
        except TimeoutError:
            self.tally.timed_out += 1
        except aiohttp.ClientConnectorError:
            self.tally.refused += 1
        except (aiohttp.ClientError, OSError):
            self.tally.cut += 1
        return None

    # --- what follows ---------------------------------------------------------------------------------

    def _accepted(self, job: _Job, now: float) -> None:
        self.tally.accepted += 1
        self.accepted_bodies.add(job.raw)
        for place, update in enumerate(job.updates):
            fate = self.fates[update]
            if fate.accepted is None:
                fate.accepted, fate.place = now, (job.number, place)
                fate.at_first_try = job.kind == "new" and fate.posts == 1
                self._done.append(update)
        if job.kind != "repeat" and self._rng.random() < REPEATED:
            self._repeat(job, now + self._rng.uniform(0.0, 2.0))

    def _repeat(self, job: _Job, due: float) -> None:
        self.tally.repeats += 1
        if self._rng.random() < 0.5:
            again = _Job(due, next(self._numbers), job.updates, job.raw, kind="repeat")
            heapq.heappush(self._jobs, again)
            return
        others = self._rng.sample(self._done, min(len(self._done), 3))
        for group in regrouped(_distinct([*job.updates, *others]), self._rng):
            self._put(due, group, "repeat")

    def _again(self, job: _Job, now: float) -> None:
        pause = PAUSES_SECONDS[min(job.tries, len(PAUSES_SECONDS) - 1)] * self._rng.uniform(0.7, 1.3)
        kind: Literal["again", "repeat"] = "repeat" if job.kind == "repeat" else "again"
        if kind == "again" and self._rng.random() < REGROUPED:
            self._regroup(job, now + pause)
            return
        heapq.heappush(self._jobs, _Job(now + pause, job.number, job.updates, job.raw, job.tries + 1, kind))

    def _regroup(self, job: _Job, due: float) -> None:
        """Together with others that wait to come again, and some of what was accepted long ago."""
        self.tally.regrouped += 1
        waiting = [other for other in self._jobs if other.kind == "again"]
        taken = self._rng.sample(waiting, min(len(waiting), 3))
        self._jobs = [other for other in self._jobs if other not in taken]
        heapq.heapify(self._jobs)
        known = self._rng.sample(self._done, min(len(self._done), 2))
        mixed = [*job.updates, *(update for other in taken for update in other.updates), *known]
        for group in regrouped(_distinct(mixed), self._rng):
            self._put(due, group, "again", job.tries + 1)


def _distinct(updates: Iterable[Update]) -> list[Update]:
    return list(dict.fromkeys(updates))
