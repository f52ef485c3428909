"""How do webhooks reach the gateway? Signed, in order per customer, many at once, tried again until
accepted."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from devkit.emulator import meta
from devkit.emulator.meta import REORDER_AMONG, MetaSender, Signing
from devkit.emulator.sending import Lanes, collected
from devkit.whatsapp.config import EmulatorConfig
from devkit.whatsapp.faults import FaultBox, Grouping
from devkit.whatsapp.payloads import Update, encode, envelope

LaneKey = tuple[str, ...]
_GROUPINGS: tuple[Grouping, ...] = ("one_value", "changes", "entries")


@dataclass(slots=True)
class Counts(meta.Counts):
    """What was sent since the start; `dropped`: bodies that were lost, or the answers to them."""

    dropped: int = 0


class WebhookSender(MetaSender):
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
        self.counts: Counts = Counts()
        super().__init__(config, faults, self.counts)
        self._config = config
        self._faults = faults
        self._rng = rng
        self._on_accepted = on_accepted
        self._lanes: Lanes[LaneKey, Update] = Lanes(self, self._deliver_from)
        self._recent: deque[Update] = deque(maxlen=20)

    def enqueue(self, update: Update) -> None:
        """Send an update after those before it in its lane."""
        number, wa_id = update.business.phone_number_id, update.customer.wa_id
        key: LaneKey = ("all",) if self._faults.current.collects else (update.kind, number, wa_id)
        self._lanes.put(key, update)

    async def once(self, raw: bytes, signing: Signing) -> int:
        """POST these bytes to the gateway once and now; its HTTP status, or 0 when there was no answer in time."""
        return await self.post_once(self._config.gateway_webhook_url, raw, signing)

    async def _deliver_from(self, lane: asyncio.Queue[Update]) -> None:
        updates = await self._collect(lane)
        size = self._faults.current.batch_size
        for start in range(0, len(updates), size):
            await self._deliver(updates[start : start + size])

    async def _collect(self, lane: asyncio.Queue[Update]) -> list[Update]:
        faults = self._faults.current
        if not faults.collects:
            return [lane.get_nowait()]
        wanted = max(faults.batch_size, REORDER_AMONG if faults.reorder != "none" else 1)
        updates = await collected(lane, wanted, faults.batch_wait_ms / 1000)
        if faults.reorder == "all":
            self._rng.shuffle(updates)
        elif faults.reorder == "statuses":
            updates = shuffle_statuses(updates, self._rng)
        return updates

    async def _deliver(self, updates: Sequence[Update]) -> None:
        raw = encode(envelope(updates, self._faults.current.grouping))
        await asyncio.sleep(self._faults.delay())
        accepted = await self.until_accepted(lambda: self._post_if_it_gets_there(raw))
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
        self.done(len(updates))

    def _regrouped(self, updates: Sequence[Update]) -> bytes:
        older = [update for update in self._recent if update not in updates]
        mixed = [*updates, *self._rng.sample(older, min(2, len(older)))]
        self._rng.shuffle(mixed)
        return encode(envelope(mixed, self._rng.choice(_GROUPINGS)))

    async def _post_if_it_gets_there(self, raw: bytes) -> int:
        """The answer; 0 when the body gets lost, or the answer to it."""
        if not self._faults.is_dropped():
            return await self._post(raw)
        self.counts.dropped += 1
        if self._rng.random() < 0.5:
            await self._post(raw)
        return 0

    async def _post(self, raw: bytes) -> int:
        signing: Signing = "good" if self._config.signing else "none"
        return await self.post(self._config.gateway_webhook_url, raw, signing)


def shuffle_statuses(updates: Sequence[Update], rng: random.Random) -> list[Update]:
    """The same updates with the statuses in any order among themselves; every message stays in its place."""
    statuses = [update for update in updates if update.kind == "statuses"]
    rng.shuffle(statuses)
    rest = iter(statuses)
    return [next(rest) if update.kind == "statuses" else update for update in updates]
