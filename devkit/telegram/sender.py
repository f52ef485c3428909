"""How do updates reach the bot's webhook? In order per chat, others at the same time, again until they are accepted.

As tdlib/telegram-bot-api does it: messages, taps and blockings of a chat are three queues; what is not answered 2xx comes
again at once, then after 2, 4, 8, … seconds (at most one to two minutes) or when `Retry-After` says; an update is
dropped when its time is over (a day; a tap after 150 s).
"""

import asyncio
import json
import logging
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from devkit.emulator.sending import Lanes, Sender
from devkit.telegram.config import EmulatorConfig
from devkit.telegram.faults import FaultBox

log = logging.getLogger(__name__)

DEFAULT_UPDATES: Final = frozenset({"message", "edited_message", "callback_query", "my_chat_member"})
MOST_RETRY_AFTER: Final = 3600.0
_LONGEST_PAUSE: Final = 60.0
Lane = tuple[int, str, int]


@dataclass(slots=True)
class Hook:
    """Where a bot's updates go, and how it went. `secret` is never shown."""

    url: str = ""
    secret: str = field(default="", repr=False)
    allowed: frozenset[str] = DEFAULT_UPDATES
    allowed_given: bool = False
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(40))
    max_connections: int = 40
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    generation: int = 0
    pending: int = 0
    next_update_id: int = 1
    last_error: str | None = None
    last_error_at: float = 0


@dataclass(frozen=True, slots=True)
class Update:
    """One update on its way. `generation` tells those that `drop_pending_updates` has dropped."""

    bot_id: int
    update_id: int
    kind: str
    body: bytes
    expires_at: float
    generation: int


class WebhookSender(Sender):
    """Owns the connections to webhooks. `start()` before the first `enqueue`, `close()` at the end."""

    def __init__(
        self,
        config: EmulatorConfig,
        faults: FaultBox,
        rng: random.Random,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(timeout=config.webhook_timeout, connections=0)
        self._config = config
        self._faults = faults
        self._rng = rng
        self._clock = clock
        self._lanes: Lanes[Lane, Update] = Lanes(self, self._deliver_from)
        self.hooks = {bot.id: Hook(next_update_id=rng.randrange(10**8, 10**9)) for bot in config.bots}
        self.counts: Counter[str] = Counter()

    def enqueue(self, bot_id: int, kind: str, chat_id: int, item: Mapping[str, object]) -> int | None:
        """Send an update after those before it in its queue; its id, or None when the bot does not want the kind."""
        hook = self.hooks[bot_id]
        if kind not in hook.allowed:
            self.counts["unwanted"] += 1
            return None
        update_id, hook.next_update_id = hook.next_update_id, hook.next_update_id + 1
        lives = self._config.callback_seconds if kind == "callback_query" else self._config.keep_hours * 3600
        body = json.dumps({"update_id": update_id, kind: item}).encode()
        update = Update(bot_id, update_id, kind, body, self._clock() + lives, hook.generation)
        hook.pending += 1
        self._lanes.put((bot_id, kind.removeprefix("edited_"), chat_id), update)
        return update_id

    def set_hook(
        self, bot_id: int, url: str, secret: str, allowed: frozenset[str] | None, connections: int
    ) -> None:
        """Updates go there from now on, those that wait as well; nowhere when `url` is empty."""
        hook = self.hooks[bot_id]
        hook.url, hook.secret, hook.last_error = url, secret, None
        if allowed is not None:
            hook.allowed, hook.allowed_given = allowed or DEFAULT_UPDATES, bool(allowed)
        hook.max_connections, hook.slots = connections, asyncio.Semaphore(connections)
        if url:
            hook.ready.set()
        else:
            hook.ready.clear()

    def drop_pending(self, bot_id: int) -> None:
        """Forget the updates that wait."""
        hook = self.hooks[bot_id]
        hook.generation += 1
        for update in self._lanes.drop(lambda lane: lane[0] == bot_id):
            self._ended(update, "dropped")

    async def _deliver_from(self, lane: asyncio.Queue[Update]) -> None:
        update = lane.get_nowait()
        self._ended(update, await self._deliver(update))

    def _ended(self, update: Update, how: str) -> None:
        self.counts[how] += 1
        self.hooks[update.bot_id].pending -= 1
        self.done()

    async def _deliver(self, update: Update) -> str:
        hook, fails = self.hooks[update.bot_id], 0
        if self._faults.for_webhook("delay"):
            await asyncio.sleep(self._faults.current.webhooks.delay_seconds)
        while True:
            await hook.ready.wait()
            if update.generation != hook.generation:
                return "dropped"
            status, retry_after = await self._post(hook, update)
            if 200 <= status < 300 and not self._faults.for_webhook("drop_answers"):
                break
            pause = (
                min(retry_after, MOST_RETRY_AFTER) or pause_after(fails, self._rng) * self._config.retry_unit
            )
            fails += 1
            if self._clock() + pause > update.expires_at:
                log.warning("update %d expired after %d tries", update.update_id, fails)
                return "expired"
            self.counts["repeated"] += 1
            await asyncio.sleep(pause)
        if self._faults.for_webhook("duplicate"):
            self.counts["duplicated"] += 1
            await self._post(hook, update)
        return "accepted"

    async def _post(self, hook: Hook, update: Update) -> tuple[int, float]:
        """The status (0: no answer in time) and the pause that was asked for."""
        async with hook.slots:
            status, retry_after, trouble = await self.post_once(hook.url, update.body, hook.secret)
        if not 200 <= status < 300:
            hook.last_error, hook.last_error_at = trouble, self._clock()
            log.debug("update %d not accepted: %s", update.update_id, trouble)
        return status, retry_after

    async def post_once(self, url: str, body: bytes, secret: str) -> tuple[int, float, str]:
        """POST these bytes: the status (0: no answer in time), `Retry-After` in seconds, what Telegram calls it."""
        headers = {"Content-Type": "application/json"}
        if secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        self.counts["posts"] += 1
        try:
            async with self.client.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                said = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                told = answer.headers.get("Retry-After", "")
                return answer.status, float(told) if told.isdigit() else 0.0, said
        except TimeoutError:
            return 0, 0.0, "Read timeout expired"
        except (aiohttp.ClientError, OSError):
            return 0, 0.0, "Webhook connection closed"


def pause_after(fails: int, rng: random.Random) -> float:
    """Seconds before the next try when the webhook has failed so often before: none, 2, 4, 8, … 60 to 120."""
    if fails == 0:
        return 0.0
    return min(2.0 ** min(fails, 10), rng.uniform(_LONGEST_PAUSE, 2 * _LONGEST_PAUSE))
