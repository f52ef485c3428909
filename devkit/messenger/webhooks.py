"""How do webhooks reach the gateway? Signed, in order per person, batched across people, tried again until accepted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from devkit.emulator.meta import REORDER_AMONG, Counts, MetaSender
from devkit.emulator.sending import Lanes, collected
from devkit.messenger.config import Account, MessengerConfig
from devkit.messenger.faults import FaultBox
from devkit.messenger.state import Json

LaneKey = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One element of `messaging[]`; `accepted` is set when the gateway has it (or never will)."""

    account: Account
    person: str
    item: Json
    accepted: asyncio.Event


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


class Webhooks(MetaSender):
    """Owns the connection to the gateway. `start()` before the first `enqueue`, `close()` at the end. `clock`: unix seconds.

    A lane keeps its order: the events of one person with one account, or, while faults make batches, all of one URL. A lane
    waits with the next body until one is accepted.
    """

    def __init__(self, config: MessengerConfig, faults: FaultBox, clock: Callable[[], float]) -> None:
        super().__init__(config, faults, Counts())
        self._faults = faults
        self._clock = clock
        self._lanes: Lanes[LaneKey, Event] = Lanes(self, self._deliver_from)

    def enqueue(self, account: Account, person: str, item: Json) -> asyncio.Event:
        """Send an event after those before it in its lane; what is returned is set when that is over."""
        event = Event(account, person, item, asyncio.Event())
        faults = self._faults.current
        batched = faults.batch_size > 1 or faults.reorder
        key: LaneKey = (
            (account.webhook_url, account.platform) if batched else (account.account_id, person, "")
        )
        self._lanes.put(key, event)
        return event.accepted

    async def _deliver_from(self, lane: asyncio.Queue[Event]) -> None:
        faults = self._faults.current
        wanted = max(faults.batch_size, REORDER_AMONG if faults.reorder else 1)
        events = await collected(lane, wanted, faults.batch_wait_ms / 1000)
        if faults.reorder:
            self._faults.rng.shuffle(events)
        await self._deliver(events)

    async def _deliver(self, events: Sequence[Event]) -> None:
        faults = self._faults.current
        raw, url = envelope(events, self._clock(), one_entry=faults.one_entry), events[0].account.webhook_url
        if await self.until_accepted(lambda: self.post(url, raw)):
            self.counts.accepted += len(events)
            for _ in range(faults.repeat):
                self.counts.repeats += 1
                await self.post(url, raw)
        else:
            self.counts.given_up += len(events)
        for event in events:
            event.accepted.set()
        self.done(len(events))
