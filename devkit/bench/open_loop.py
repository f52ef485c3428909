"""How long do answers take at a steady rate? Requests leave at times fixed in advance, whatever the earlier ones do.

A latency counts from the moment a request was due, so a slow answer (or a slow generator) cannot hide behind a pause.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.answering import HEADER_ERROR
from shared.bus import HEADER_REPLY, MSG_ID

_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Request:
    """A message ready to go. `command_id`: it goes into the commands' stream under this id; none: a query."""

    kind: str
    subject: str
    payload: bytes
    command_id: str | None = None


@dataclass
class Answers:
    """Milliseconds by kind, in the order of answering; how many were refused, by kind and code."""

    milliseconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))


class OpenLoop:
    """Sends requests at `per_second` and waits for all answers. Raises when one is an error or never comes."""

    def __init__(self, client: Client, per_second: float) -> None:
        self._client = client
        self._per_second = per_second
        self._inbox = client.new_inbox()
        self._due: list[float] = []
        self._requests: Sequence[Request] = ()
        self._answers = Answers()
        self._errors: list[str] = []
        self._open: set[int] = set()
        self._done = asyncio.Event()

    async def run(self, requests: Sequence[Request]) -> Answers:
        """All of them, evenly spaced."""
        self._requests, self._open = requests, set(range(len(requests)))
        subscription = await self._client.subscribe(f"{self._inbox}.*", cb=self._on_answer)
        gc.collect()
        gc.disable()  # a pause of the generator's would count as a slow answer
        try:
            await self._send_all()
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._done.wait()
        except TimeoutError:
            missing = sorted({self._requests[n].kind for n in self._open})
            raise RuntimeError(f"{len(self._open)} requests got no answer: {', '.join(missing)}") from None
        finally:
            gc.enable()
            await subscription.unsubscribe()
        if self._errors:
            raise RuntimeError(f"{len(self._errors)} requests failed, the first with: {self._errors[0]}")
        return self._answers

    async def _send_all(self) -> None:
        start = time.perf_counter() + 0.05
        self._due = [start + n / self._per_second for n in range(len(self._requests))]
        for n, request in enumerate(self._requests):
            if (wait := self._due[n] - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            reply = f"{self._inbox}.{n}"
            if request.command_id is None:
                await self._client.publish(request.subject, request.payload, reply=reply)
            else:
                headers = {MSG_ID: request.command_id, HEADER_REPLY: reply}
                await self._client.publish(request.subject, request.payload, headers=headers)

    async def _on_answer(self, msg: Msg) -> None:
        at = time.perf_counter()
        n = int(msg.subject.rsplit(".", 1)[1])
        if n not in self._open:
            return  # the same answer again
        self._open.discard(n)
        kind = self._requests[n].kind
        self._answers.milliseconds[kind].append(1000 * (at - self._due[n]))
        if msg.headers and (error := msg.headers.get(HEADER_ERROR) or msg.headers.get("Status")):
            self._errors.append(f"{kind}: {error}")
        elif (refusal := msg.data.find(b'"refusal":{"code":"')) >= 0:
            code = msg.data[refusal + 19 :].split(b'"', 1)[0].decode()
            self._answers.refused[f"{kind} {code}"] += 1
        if not self._open:
            self._done.set()
